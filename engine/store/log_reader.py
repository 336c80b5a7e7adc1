"""Readers of a host's log: the statements of the store, over a connection that can write nothing."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Protocol

import msgspec
from sqlalchemy.sql.elements import ClauseElement

from engine.errors import StoreError
from engine.ports.host_store import CLASSES, ContactRow, LogRow
from engine.store import statements as q
from engine.store.database import Row
from engine.store.driver import DatabaseError, connect_to_read
from engine.store.marks import FIRST
from engine.store.sqlite_dialect import sql
from engine.store.statement import Find

BUSY_TIMEOUT = 5.0
"""Seconds to wait for an owner that recovers its file."""

_json = msgspec.json.Encoder().encode


class Rows(Protocol):
    """The part of ``Database`` that reads."""

    def rows(self, query: ClauseElement, values: Sequence[Any] = ()) -> list[Row]: ...

    def find(self, wanted: Find, keys: Iterable[int] | Iterable[str]) -> list[Row]: ...

    def close(self) -> None: ...


class SqlLogReader:
    """See ``LogReader``. The store that writes reads its log in the same words."""

    def __init__(self, rows: Rows) -> None:
        self._from = rows

    def contacts(self, ids: Iterable[int]) -> dict[int, ContactRow]:
        return {row[0]: contact_row(row) for row in self._from.find(q.CONTACTS, ids)}

    def all_contacts(self, after: int, limit: int) -> list[ContactRow]:
        return [contact_row(row) for row in self._from.rows(q.CONTACTS_AFTER, (after, limit))]

    def shelves(self, contacts: Iterable[int]) -> dict[int, bytes]:
        return dict(self._from.find(q.SHELVES, contacts))

    def log_row(self, row: int) -> LogRow | None:
        found = self._from.rows(q.LOG_ROW, (row,))
        return LogRow(*found[0]) if found else None

    def log(self, after: int, limit: int) -> list[LogRow]:
        return [LogRow(*row) for row in self._from.rows(q.LOG_AFTER, (after, limit))]

    def whole_since(self) -> int:
        cuts = [self._from.rows(q.FORGOTTEN, (klass,)) for klass in range(CLASSES)]
        cut = max((found[0][0] for found in cuts if found), default=0)
        first = self.log(cut - 1, 1) if cut > FIRST else []
        return first[0].now if first else 0

    def close(self) -> None:
        self._from.close()


def contact_row(row: Row) -> ContactRow:
    return ContactRow(row[0], row[1], row[2:6], row[6])


class SqliteRows:
    """A file that another process may be writing. Raises StoreError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._db: Connection = connect_to_read(path, BUSY_TIMEOUT)
        except DatabaseError as error:
            raise self._translated(error) from error

    def rows(self, query: ClauseElement, values: Sequence[Any] = ()) -> list[Row]:
        try:
            return self._db.execute(sql(query), values).fetchall()
        except DatabaseError as error:
            raise self._translated(error) from error

    def find(self, wanted: Find, keys: Iterable[int] | Iterable[str]) -> list[Row]:
        try:
            return self._db.execute(sql(wanted), (_json(list(keys)).decode(),)).fetchall()
        except DatabaseError as error:
            raise self._translated(error) from error

    def _translated(self, error: Exception) -> StoreError:
        return StoreError(f"{self._path} cannot be read: {error}")

    def close(self) -> None:
        self._db.close()
