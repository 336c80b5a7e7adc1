"""Where the stores of a host are opened in tests: on disk, in memory, in PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from engine.ports.host_store import HostStore, Opening
from engine.store.memory import MemoryHostStore
from engine.store.memory_disk import MemoryDisk
from engine.store.postgres import PostgresHostStore
from engine.store.sqlite import SqliteHostStore
from engine.store.sqlite_database import SqliteDatabase


class Place:
    """Where stores are opened one after another; closes what a test leaves open."""

    def __init__(
        self, make: Callable[..., HostStore], fill: Callable[[HostStore, bool], None]
    ) -> None:
        self._make = make
        self.fill = fill
        self.made: list[HostStore] = []

    def store(self, slots: range = range(256), *, fence_only: bool = False) -> HostStore:
        self.made.append(self._make(slots, fence_only))
        return self.made[-1]

    def opened(self, owner: str = "host-0") -> HostStore:
        store = self.store()
        store.open(owner)
        return store

    def after_restart(self, store: HostStore) -> tuple[HostStore, Opening]:
        store.close()
        successor = self.store()
        return successor, successor.open("host-0")


def on_disk(folder: Path) -> Place:
    def fill(store: HostStore, full: bool) -> None:
        assert isinstance(store, SqliteHostStore)
        assert isinstance(store._db, SqliteDatabase)
        pages = store._db.rows("PRAGMA page_count")[0][0]
        store._db.rows(f"PRAGMA max_page_count = {pages if full else 1_000_000}")

    file = folder / "host-0.db"
    return Place(lambda slots, fence: SqliteHostStore(file, slots, fence_only=fence), fill)


def in_memory() -> Place:
    disk = MemoryDisk()

    def fill(_: HostStore, full: bool) -> None:
        disk.full = full

    return Place(lambda slots, fence: MemoryHostStore(slots, disk, fence_only=fence), fill)


def in_postgres(url: str) -> Place:
    def fill(_: HostStore, full: bool) -> None:
        with psycopg.connect(url, autocommit=True) as db:
            db.execute(NO_ROOM if full else "DROP FUNCTION host_0.no_room CASCADE")

    return Place(lambda slots, fence: PostgresHostStore(url, 0, slots, fence_only=fence), fill)


NO_ROOM = """
CREATE FUNCTION host_0.no_room() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON host_0.log EXECUTE FUNCTION host_0.no_room();
"""
"""What a server says whose disk is full, at the next log row."""


@pytest.fixture(params=["sqlite", "memory", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    match request.param:
        case "sqlite":
            place = on_disk(tmp_path)
        case "memory":
            place = in_memory()
        case _:
            place = in_postgres(request.getfixturevalue("postgres_url"))
    yield place
    for store in place.made:
        store.close()


@pytest.fixture
def store(place: Place) -> HostStore:
    return place.opened()
