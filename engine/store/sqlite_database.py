"""One SQLite file with one writer: its lock, its migrations, its owner, and transactions that check it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.sql.elements import ClauseElement

from engine.errors import OwnershipLost, StoreError, StoreFull, StoreLocked
from engine.ports.host_store import Search
from engine.store.database import OWNERS, TAKE, Row, next_epoch
from engine.store.driver import DatabaseError, OperationalError, connect, two_writers_are_safe
from engine.store.lock import FileLock
from engine.store.migration import Tree, migrate
from engine.store.raw_file import holds, scrub, stained
from engine.store.sqlite_dialect import SQLITE, sql
from engine.store.statement import Change, Find, number, table, text
from engine.store.tables import Ownership

BUSY_TIMEOUT = 5.0
"""Seconds to wait for whoever else writes the file (an operator's shell, a new owner)."""

_NOT_WRITABLE = ("is full", "disk I/O error", "readonly", "unable to open", "is locked")

_ownership = table(Ownership)
_OWNED = (
    select(func.count())
    .select_from(_ownership)
    .where(_ownership.c.epoch == number("epoch"), _ownership.c.owner == text("owner"))
)

_json = msgspec.json.Encoder().encode


class SqliteDatabase:
    """``fence_only``: the lock is tried but not required; then the epoch alone stops a former owner.

    That is for taking over from a process that cannot be killed. Used from one thread.
    """

    def __init__(self, path: Path, tree: Tree, *, fence_only: bool = False) -> None:
        if fence_only and not two_writers_are_safe():
            message = "This SQLite is too old for two writers (needs 3.51.3): install pysqlite3."
            raise StoreError(message)
        self._path = path
        self._tree = tree
        self._fence_only = fence_only
        self._lock = FileLock(path)
        self._connection: Connection | None = None
        self._owner = ""
        self._epoch = 0
        self._slots = 0
        self._stained: list[int] | None = None

    def open(self, owner: str, slots: Iterable[int]) -> int:
        """Lock, migrate, take the slots; answer the epoch. Raises StoreLocked, StateTooNew."""
        if not self._lock.take(owner) and not self._fence_only:
            message = (
                f"{self._path} is in use by process {self._lock.holder()}; "
                "stop that process, or name another folder with --data."
            )
            raise StoreLocked(message)
        try:
            with self._errors():
                self._connection = connect(self._path, BUSY_TIMEOUT)
                migrate(self._connection, self._tree, SQLITE)
            return self._take(owner, sorted(slots))
        except BaseException:
            self.close()
            raise

    def _take(self, owner: str, slots: list[int]) -> int:
        with self.transaction(owned=False):
            epoch = next_epoch(str(self._path), dict(self.rows(OWNERS)), slots)
            self.many(TAKE, [(slot, epoch, owner) for slot in slots])
        self._owner, self._epoch, self._slots = owner, epoch, len(slots)
        return epoch

    @property
    def _db(self) -> Connection:
        if self._connection is None:
            message = f"{self._path} is not open"
            raise StoreError(message)
        return self._connection

    def rows(self, query: ClauseElement | str, values: Sequence[Any] = ()) -> list[Row]:
        return self._db.execute(sql(query), values).fetchall()

    def find(self, wanted: Find, keys: Iterable[int] | Iterable[str]) -> list[Row]:
        return self._db.execute(sql(wanted), (_json(list(keys)).decode(),)).fetchall()

    def run(self, text: ClauseElement | str, values: Sequence[Any] = ()) -> int:
        """How many rows it changed."""
        return self._db.execute(sql(text), values).rowcount

    def many(self, change: Change, rows: Iterable[Sequence[Any]]) -> None:
        self._db.executemany(sql(change), map(tuple, rows))  # binds faster than named tuples

    @contextmanager
    def transaction(self, *, owned: bool = True) -> Iterator[None]:
        """All of it or nothing, on the disk when it ends. Raises OwnershipLost, StoreFull, StoreError."""
        with self._errors():
            db = self._db
            try:
                db.execute("BEGIN IMMEDIATE")
                if owned:
                    self._check_ownership()
                yield
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def _check_ownership(self) -> None:
        if self.rows(_OWNED, (self._epoch, self._owner)) != [(self._slots,)]:
            message = (
                f"A newer owner has taken {self._path} from {self._owner} (epoch {self._epoch}); "
                "this process must write nothing more and end."
            )
            raise OwnershipLost(message)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """The driver's and the system's errors as the store's."""
        try:
            yield
        except OSError as error:
            message = f"{self._path}: {error.strerror}; make it writable for this user."
            raise StoreError(message) from error
        except OperationalError as error:
            raise self._translated(str(error)) from error
        except DatabaseError as error:
            message = f"{self._path}: {error}; if the file is damaged, restore a backup."
            raise StoreError(message) from error

    def _translated(self, text: str) -> StoreError:
        if "is locked" in text and not self._epoch:
            return StoreLocked(
                f"{self._path}: another process is writing to it; stop that process."
            )
        if any(part in text for part in _NOT_WRITABLE):
            return StoreFull(
                f"{self._path}: {text}; nothing was acknowledged. "
                "Free space or make it writable, then go on."
            )
        return StoreError(f"{self._path}: {text}")

    def purge(self, *, whole: bool = False) -> None:
        """Deleted rows are overwritten as they go (``secure_delete``); here the write-ahead log goes too.

        A page that was split may keep a copy of a row that moved. ``whole``: on pages where ``traces``
        found some they are overwritten in place; when it was not asked, or that cannot be, by VACUUM.
        """
        stained, self._stained = self._stained, None
        with self._errors():
            self._truncate()
            if whole and (stained is None or not self._scrub(stained)):
                self._db.execute("VACUUM")
                self._truncate()

    def _truncate(self) -> None:
        busy, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            message = f"{self._path} is being read: what was deleted is overwritten after that."
            raise StoreError(message)

    def _scrub(self, pages: list[int]) -> bool:
        """A connection would put back what it remembers of these pages; the lock stays with us."""
        self._db.close()
        self._connection = None
        try:
            return scrub(self._path, pages)
        finally:
            self._connection = connect(self._path, BUSY_TIMEOUT)

    def traces(self, of: Search) -> bool:
        wal = self._path.with_name(f"{self._path.name}-wal")
        with self._errors():
            self._stained = stained(self._path, of)
            return bool(self._stained) or (wal.exists() and holds(wal, of))

    def close(self) -> None:
        """Safe to call twice."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._lock.release()
