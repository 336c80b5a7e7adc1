"""Revisions of the two databases, of either kind, and databases of other versions."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import psycopg
import pytest

from engine.errors import StateTooNew, StoreError
from engine.ports.host_store import Write
from engine.store import migration
from engine.store.driver import connect
from engine.store.migration import Tree, create, migrate, revision, upgrade
from engine.store.postgres import PostgresHostStore
from engine.store.postgres_dialect import POSTGRES
from engine.store.postgres_session import connect as connect_postgres
from engine.store.sqlite import SqliteHostStore
from engine.store.sqlite_database import SqliteDatabase
from engine.store.sqlite_dialect import SQLITE


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
    upgrade(db, tree, SQLITE, "0001")
    upgrade(db, tree, SQLITE, "head")
    with closing(connect(tmp_path / "two.db", 1.0)) as declared:
        create(declared, tree, SQLITE, revision(db, SQLITE))
        assert tables_of(db) == tables_of(declared)
        assert set(tables_of(db)) >= set(migration.TABLES[tree].tables)


def test_a_new_file_is_at_the_head(tree: Tree, db: Connection) -> None:
    migrate(db, tree, SQLITE)
    at = revision(db, SQLITE)
    upgrade(db, tree, SQLITE, "head")
    assert revision(db, SQLITE) == at == "0001"


def test_a_file_of_a_newer_version_is_refused_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "host.db"
    store = SqliteHostStore(file)
    store.open("host-0")
    store.commit(Write(now=5))
    assert isinstance(store._db, SqliteDatabase)
    store._db.run("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    with pytest.raises(StateTooNew, match="revision 9999, this version knows up to 0001"):
        SqliteHostStore(file).open("host-0")
    with closing(connect(file, 1.0)) as db:
        assert revision(db, SQLITE) == "9999"
        assert db.execute("SELECT now FROM mark").fetchone() == (5,)


def columns_of(db: "psycopg.Connection[Any]") -> list[tuple[Any, ...]]:
    """Every column with its type, in order, and every constraint."""
    return db.execute(
        "SELECT table_name, ordinal_position, column_name, data_type, collation_name, is_nullable,"
        " column_default IS NULL FROM information_schema.columns"
        " WHERE table_schema = current_schema()"
        " UNION ALL SELECT conrelid::regclass::text, 0, conname, pg_get_constraintdef(oid),"
        " '', '', true FROM pg_constraint WHERE connamespace = current_schema()::regnamespace"
        " ORDER BY 1, 2, 3"
    ).fetchall()


def test_the_same_revisions_make_the_declared_tables_in_postgresql(
    tree: Tree, postgres_url: str
) -> None:
    with closing(connect_postgres(postgres_url, "control", "revised")) as db:
        upgrade(db, tree, POSTGRES, "0001")
        upgrade(db, tree, POSTGRES, "head")
        revised, head = columns_of(db), revision(db, POSTGRES)
    with closing(connect_postgres(postgres_url, "host_0", "declared")) as declared:
        create(declared, tree, POSTGRES, head)
        assert columns_of(declared) == revised
    assert {row[0] for row in revised} == {*migration.TABLES[tree].tables, "alembic_version"}
    assert not [row for row in revised if row[3] == "integer"]


def test_a_schema_of_a_newer_version_is_refused_unchanged(postgres_url: str) -> None:
    store = PostgresHostStore(postgres_url, 0)
    store.open("host-0")
    store.close()
    with psycopg.connect(postgres_url, autocommit=True) as db:
        db.execute("UPDATE host_0.alembic_version SET version_num = '9999'")
        with pytest.raises(StateTooNew, match="revision 9999, this version knows up to 0001"):
            PostgresHostStore(postgres_url, 0).open("host-0")
        assert db.execute("SELECT max(epoch) FROM host_0.ownership").fetchone() == (1,)


def test_a_failed_opening_leaves_the_file_unlocked(tmp_path: Path) -> None:
    file = tmp_path / "host.db"
    file.write_bytes(b"this is a text, not a database" * 100)
    for _ in range(2):
        with pytest.raises(StoreError, match="not a database"):
            SqliteHostStore(file).open("host-0")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"missing.*make its folder"):
        SqliteHostStore(tmp_path / "missing" / "host.db").open("host-0")
