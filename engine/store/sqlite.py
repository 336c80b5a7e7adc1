"""The stores in SQLite files: truth on the disk of one machine, one writer a file."""

from collections.abc import Iterable
from pathlib import Path

from engine.domain.profile.identity import SLOTS
from engine.store.control import SqlControlStore
from engine.store.host import SqlHostStore
from engine.store.sqlite_database import SqliteDatabase


class SqliteHostStore(SqlHostStore):
    """See ``SqliteDatabase`` for ``fence_only``."""

    def __init__(
        self, path: Path, slots: Iterable[int] = range(SLOTS), *, fence_only: bool = False
    ) -> None:
        super().__init__(SqliteDatabase(path, "host", fence_only=fence_only), slots)


class SqliteControlStore(SqlControlStore):
    """See ``SqliteDatabase`` for ``fence_only``."""

    def __init__(self, path: Path, *, fence_only: bool = False) -> None:
        super().__init__(SqliteDatabase(path, "control", fence_only=fence_only))
