"""What the file itself promises: durability, privacy, no lost error."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import StoreError, StoreFull
from engine.ports.host_store import ContactRow, Write
from engine.store.sqlite import SqliteHostStore
from engine.store.sqlite_database import SqliteDatabase


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "host.db"


@pytest.fixture
def database(file: Path) -> Iterator[SqliteDatabase]:
    database = SqliteDatabase(file, "host")
    database.open("host-0", [1, 2])
    yield database
    database.close()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("secure_delete", 1)]
)
def test_a_commit_reaches_the_disk_and_a_delete_overwrites(
    database: SqliteDatabase, pragma: str, value: object
) -> None:
    assert database.rows(f"PRAGMA {pragma}") == [(value,)]


def test_only_the_owner_may_read_the_file_and_its_companions(
    database: SqliteDatabase, file: Path
) -> None:
    with database.transaction():
        database.run("UPDATE ownership SET slot = slot")
    modes = {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}
    assert sorted(modes) == ["host.db", "host.db-shm", "host.db-wal", "host.db.lock"]
    assert set(modes.values()) == {0o600}


def test_an_error_in_a_transaction_undoes_it_and_is_not_hidden(database: SqliteDatabase) -> None:
    def half_way() -> None:
        with database.transaction():
            database.run("DELETE FROM ownership")
            raise KeyError

    with pytest.raises(KeyError):
        half_way()
    assert len(database.rows("SELECT * FROM ownership")) == 2


def test_a_wrong_statement_is_not_called_a_full_disk(database: SqliteDatabase) -> None:
    with pytest.raises(StoreError, match="no such table") as caught, database.transaction():
        database.run("DELETE FROM persons")
    assert not isinstance(caught.value, StoreFull)


def test_a_store_that_became_read_only_refuses_and_says_what_to_do(file: Path) -> None:
    store = SqliteHostStore(file)
    store.open("host-0")
    assert isinstance(store._db, SqliteDatabase)
    store._db.run("PRAGMA query_only = ON")
    with pytest.raises(StoreFull, match="make it writable, then go on"):
        store.commit(Write(contacts=[ContactRow(1, b"", (0, 0, 0, 0), 0)]))
    store._db.run("PRAGMA query_only = OFF")
    store.commit(Write(contacts=[ContactRow(1, b"", (0, 0, 0, 0), 0)]))
    store.close()


def test_a_path_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Is a directory"):
        SqliteDatabase(tmp_path, "host").open("host-0", [0])
