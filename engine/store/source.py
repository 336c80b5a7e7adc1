"""Somebody else's database as rows to import: any that SQLAlchemy has a driver for. Read only."""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, column, create_engine, literal_column, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from engine.errors import BadRequest

AT_ONCE = 1_000
"""Rows that are fetched at a time."""


class Source:
    """``cursor``: a column that only grows; rows at or below ``after`` are not read again."""

    def __init__(self, url: str, query: str, cursor: str = "") -> None:
        self._query = query.strip().rstrip(";")
        self._cursor = cursor
        try:
            self._url = make_url(url)
            self._engine = create_engine(self._url)
        except (SQLAlchemyError, ImportError) as error:
            text_ = f"the source's URL cannot be used: {_first_line(error)}"
            raise BadRequest(text_) from None

    @property
    def name(self) -> str:
        """Without its password."""
        return self._url.render_as_string(hide_password=True)

    def rows(self, after: Any = None) -> Iterator[dict[str, Any]]:
        """Without what is null. Raises BadRequest with what the database said."""
        try:
            with self._engine.connect().execution_options(yield_per=AT_ONCE) as connection:
                for row in connection.execute(self._select(after)).mappings():
                    yield {str(k): _plain(v) for k, v in row.items() if v is not None}
        except SQLAlchemyError as error:
            raise BadRequest(f"{self.name}: {_first_line(error)}") from None
        finally:
            self._engine.dispose()

    def _select(self, after: Any) -> Select[Any]:
        rows: Select[Any] = select(literal_column("*")).select_from(
            text(f"({self._query}) AS source")
        )
        if self._cursor:
            rows = rows.order_by(column(self._cursor))
            if after is not None:
                rows = rows.where(column(self._cursor) > after)
        return rows


def _plain(value: Any) -> Any:
    """As JSON knows it, but for dates, which the reader of rows knows."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, UUID | time):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value


def noted(value: Any) -> Any:
    """A cursor's value as JSON keeps it."""
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def recalled(value: Any) -> Any:
    """What ``noted`` was given."""
    if isinstance(value, dict):
        kind, written = next(iter(value.items()))
        return (datetime if kind == "datetime" else date).fromisoformat(written)
    return value


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]
