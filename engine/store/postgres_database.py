"""One PostgreSQL schema with one writer: its lock, its migrations, its owner, transactions that check it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection, errors
from psycopg.pq import TransactionStatus
from sqlalchemy import select
from sqlalchemy.sql.elements import ClauseElement

from engine.errors import OwnershipLost, StoreError, StoreFull, StoreLocked, StoreLost
from engine.ports.host_store import Search
from engine.store import postgres_session as session
from engine.store.database import OWNERS, TAKE, Row, next_epoch
from engine.store.migration import TABLES, Tree, migrate
from engine.store.postgres_dialect import POSTGRES, copy, sql, types
from engine.store.statement import Change, Find, Insert, keys, number, table, text
from engine.store.tables import Ownership

_MANY = 100
"""New rows from which on COPY is faster, though it costs two more ways there and back."""

_NOT_WRITABLE = (errors.DiskFull, errors.ReadOnlySqlTransaction, errors.IoError)

_OPEN = (TransactionStatus.INTRANS, TransactionStatus.INERROR)
_LAST_WORDS = ("FATAL", "PANIC")
"""Severities after which the server ends the session."""

_ownership = table(Ownership)
_OWNED = (
    select(_ownership.c.slot)
    .where(
        _ownership.c.slot == number("slot"),
        _ownership.c.epoch == number("epoch"),
        _ownership.c.owner == text("owner"),
    )
    .with_for_update(read=True)
)
"""The row stays as it is until the transaction ends; it stands for the others, which never change alone."""


class PostgresDatabase:
    """``fence_only``: the lock is tried but not required; then the epoch alone stops a former owner.

    A broken connection raises StoreLost, once: the next call makes a new one, which finds out from the
    epoch whether it may still write. Whether a commit that broke was kept only the store can tell, so
    whoever holds a copy of it in memory ends at StoreLost and starts from what it reads.
    Changes in a transaction are sent together, right before it commits or reads. Used from one thread.
    """

    def __init__(self, url: str, schema: str, tree: Tree, *, fence_only: bool = False) -> None:
        self._url = url
        self._schema = schema
        self._tree = tree
        self._fence_only = fence_only
        self._connection: Connection[Any] | None = None
        self._waiting: list[tuple[str, Sequence[Any]]] = []
        self._inside = False
        self._place = f"schema {schema}"
        self._owner = ""
        self._epoch = 0
        self._slot = 0

    def open(self, owner: str, slots: Iterable[int]) -> int:
        """Lock, migrate, take the slots; answer the epoch. Raises StoreLocked, StateTooNew, StoreLost."""
        self._owner = owner
        try:
            with self._errors():
                self._connect()
                migrate(self._db, self._tree, POSTGRES)
            return self._take(sorted(slots))
        except BaseException:
            self.close()
            raise

    def _connect(self) -> None:
        self._connection = session.connect(self._url, self._schema, self._owner)
        info = self._connection.info
        self._place = f"schema {self._schema} of {info.dbname} on {info.host}"
        if not session.lock(self._connection, self._schema) and not self._fence_only:
            message = (
                f"{self._place} is in use by {session.holder(self._connection, self._schema)}; "
                "stop that engine, or name another database in [store] url."
            )
            self._connection.close()
            raise StoreLocked(message)

    def _take(self, slots: list[int]) -> int:
        with self.transaction(owned=False):
            epoch = next_epoch(self._place, dict(self.rows(OWNERS)), slots)
            self.many(TAKE, [(slot, epoch, self._owner) for slot in slots])
        self._epoch, self._slot = epoch, slots[0]
        return epoch

    @property
    def _db(self) -> Connection[Any]:
        """A connection; one that broke is made anew, though not within a transaction."""
        if self._connection is None:
            message = f"{self._place} is not open"
            raise StoreError(message)
        if self._connection.closed and not self._inside:
            self._connect()
        return self._connection

    def rows(self, query: ClauseElement, values: Sequence[Any] = ()) -> list[Row]:
        with self._errors():
            self._send()
            return self._db.execute(sql(query), values, binary=True).fetchall()

    def find(self, wanted: Find, keys: Iterable[int] | Iterable[str]) -> list[Row]:
        with self._errors():
            return self._db.execute(sql(wanted), (list(keys),), binary=True).fetchall()

    def run(self, text: ClauseElement, values: Sequence[Any] = ()) -> int:
        """How many rows it changed."""
        self._send()
        return self._db.execute(sql(text), values).rowcount

    def many(self, change: Change, rows: Sequence[Sequence[Any]]) -> None:
        """Many new rows by COPY, others as a list a column, in which no key comes twice: the last stays."""
        if isinstance(change, Insert):
            if change.there == "fails" and len(rows) >= _MANY:
                self._copy(change, rows)
                return
            if change.there == "goes":
                width = len(keys(change.table))
                rows = list({tuple(row[:width]): row for row in rows}.values())
        self._waiting.append((sql(change), [list(column) for column in zip(*rows, strict=True)]))

    def _copy(self, change: Insert, rows: Sequence[Sequence[Any]]) -> None:
        self._send()
        with self._db.cursor().copy(copy(change)) as into:
            into.set_types(types(change))
            for row in rows:
                into.write_row(row)

    def _send(self, *last: str) -> None:
        """What waits, in order, and ``last``: all in one way there and back."""
        if self._waiting or last:
            sending = [*self._waiting, *((text, ()) for text in last)]
            self._waiting.clear()
            with self._db.pipeline():
                for text, values in sending:
                    self._db.execute(text, values)

    @contextmanager
    def transaction(self, *, owned: bool = True) -> Iterator[None]:
        """All of it or nothing, on the disk when it ends. Raises OwnershipLost, StoreFull, StoreLost."""
        with self._errors():
            db = self._db
            self._inside = True
            try:
                self._begin(owned)
                yield
                self._send("COMMIT")
            except BaseException:
                self._waiting.clear()
                if db.info.transaction_status in _OPEN:
                    db.execute("ROLLBACK")
                raise
            finally:
                self._inside = False

    def _begin(self, owned: bool) -> None:
        with self._db.pipeline():
            self._db.execute("BEGIN")
            if owned:
                values = (self._slot, self._epoch, self._owner)
                found = self._db.execute(sql(_OWNED), values)
        if owned and found.fetchone() is None:
            message = (
                f"A newer owner has taken {self._place} from {self._owner} (epoch {self._epoch}); "
                "this process must write nothing more and end."
            )
            raise OwnershipLost(message)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """The driver's errors as the store's."""
        try:
            yield
        except psycopg.Error as error:
            raise self._translated(error) from error

    def _translated(self, error: psycopg.Error) -> StoreError:
        reason = " ".join(str(error).split()).rstrip(".")
        if self._is_cut(error):
            if self._connection is not None:
                self._connection.close()
            return StoreLost(
                f"{self._place} cannot be reached: {reason}. Start the database or correct "
                "[store] url; what was acknowledged is kept."
            )
        if isinstance(error, _NOT_WRITABLE):
            return StoreFull(
                f"{self._place}: {reason}; nothing was acknowledged. "
                "Free space or make it writable, then go on."
            )
        return StoreError(f"{self._place}: {reason}")

    def _is_cut(self, error: psycopg.Error) -> bool:
        """Whether the session is over, also when the driver has not read its end yet.

        A server that ends a session right after its COMMIT leaves the driver with an answer that it
        cannot finish, over a connection that looks open: to call that refused would be wrong.
        """
        db = self._connection
        if db is None or db.closed or error.diag.severity_nonlocalized in _LAST_WORDS:
            return True
        return db.info.transaction_status not in (TransactionStatus.IDLE, *_OPEN)

    def purge(self, *, whole: bool = False) -> None:
        """VACUUM. What the server's write-ahead log and its archives keep is the server's to forget."""
        tables = ", ".join(f'"{name}"' for name in TABLES[self._tree].tables)
        with self._errors():
            self._db.execute(f"VACUUM {'FULL ' if whole else ''}{tables}")

    def traces(self, of: Search) -> bool:  # noqa: ARG002 - its files are on the server
        return False

    def close(self) -> None:
        """Safe to call twice."""
        if self._connection is not None:
            session.close(self._connection)
            self._connection = None
