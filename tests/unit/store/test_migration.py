"""Revisions of the two files, and files of other versions."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from engine.errors import StateTooNew, StoreError
from engine.ports import Write
from engine.store import migration
from engine.store.driver import connect
from engine.store.migration import Tree, create, migrate, revision, upgrade
from engine.store.sqlite import SqliteHostStore


@pytest.fixture(params=["host", "control"])
def tree(request: pytest.FixtureRequest) -> Tree:
    found: Tree = request.param
    return found


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Connection]:
    with closing(connect(tmp_path / "one.db", 1.0)) as db:
        yield db


def tables_of(db: Connection) -> dict[str, str]:
    found = db.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index')")
    return {name: " ".join((text or "").split()) for name, text in found}


def test_all_revisions_make_the_tables_that_are_declared(
    tree: Tree, db: Connection, tmp_path: Path
) -> None:
    upgrade(db, tree, "0001")
    upgrade(db, tree, "head")
    with closing(connect(tmp_path / "two.db", 1.0)) as declared:
        create(declared, tree, revision(db))
        assert tables_of(db) == tables_of(declared)
        assert set(tables_of(db)) >= set(migration.TABLES[tree].tables)


def test_a_new_file_is_at_the_head(tree: Tree, db: Connection) -> None:
    migrate(db, tree)
    at = revision(db)
    upgrade(db, tree, "head")
    assert revision(db) == at == "0001"


def test_a_file_of_a_newer_version_is_refused_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "host.db"
    store = SqliteHostStore(file)
    store.open("host-0")
    store.commit(Write(now=5))
    store._db.run("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    with pytest.raises(StateTooNew, match="revision 9999, this version knows up to 0001"):
        SqliteHostStore(file).open("host-0")
    with closing(connect(file, 1.0)) as db:
        assert revision(db) == "9999"
        assert db.execute("SELECT now FROM mark").fetchone() == (5,)


def test_a_failed_opening_leaves_the_file_unlocked(tmp_path: Path) -> None:
    file = tmp_path / "host.db"
    file.write_bytes(b"this is a text, not a database" * 100)
    for _ in range(2):
        with pytest.raises(StoreError, match="not a database"):
            SqliteHostStore(file).open("host-0")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"missing.*make its folder"):
        SqliteHostStore(tmp_path / "missing" / "host.db").open("host-0")
