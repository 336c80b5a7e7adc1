"""Reading a PostgreSQL schema that an engine may be writing: a session that can change nothing."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import Connection
from sqlalchemy.sql.elements import ClauseElement

from engine.errors import StoreError
from engine.store import postgres_session as session
from engine.store.database import Row
from engine.store.postgres_dialect import sql
from engine.store.statement import Find


class PostgresRows:
    """Raises StoreError, also when the connection broke: whoever reads begins anew then."""

    def __init__(self, url: str, schema: str) -> None:
        self._schema = schema
        try:
            self._db: Connection[Any] = session.connect(url, schema, "reader")
            self._db.execute("SET default_transaction_read_only = on")
        except psycopg.Error as error:
            raise self._translated(error) from error

    def rows(self, query: ClauseElement, values: Sequence[Any] = ()) -> list[Row]:
        try:
            return self._db.execute(sql(query), values, binary=True).fetchall()
        except psycopg.Error as error:
            raise self._translated(error) from error

    def find(self, wanted: Find, keys: Iterable[int] | Iterable[str]) -> list[Row]:
        try:
            return self._db.execute(sql(wanted), (list(keys),), binary=True).fetchall()
        except psycopg.Error as error:
            raise self._translated(error) from error

    def _translated(self, error: psycopg.Error) -> StoreError:
        reason = " ".join(str(error).split())
        return StoreError(f"schema {self._schema} cannot be read: {reason}")

    def close(self) -> None:
        self._db.close()
