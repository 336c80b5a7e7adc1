"""SQL text from Core statements, made once at import: the rows then go straight to the driver.

The order of the parameters is the order in which they stand in the statement; for an insert that is
the order of the table's columns.
"""

from typing import Any

from sqlalchemy import Select, Table, bindparam, literal_column
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import BindParameter, ClauseElement
from sqlalchemy.types import Integer, String
from sqlmodel import SQLModel

_dialect = sqlite.dialect(paramstyle="qmark")


def sql(statement: ClauseElement) -> str:
    """The statement's text for SQLite, with ``?`` for each parameter."""
    return str(statement.compile(dialect=_dialect))


def page(query: Select[Any]) -> str:
    """The query with one more parameter, the last: how many rows at most."""
    return sql(query.limit(number("limit")).offset(literal_column("0")))


def table(model: type[SQLModel]) -> Table:
    """The Core table that a SQLModel class declares."""
    declared: Table = model.__table__  # type: ignore[attr-defined]
    return declared


def insert(model: type[SQLModel]) -> str:
    """Fails on a row that is there."""
    return sql(sqlite.insert(table(model)))


def insert_missing(model: type[SQLModel]) -> str:
    """Leaves a row that is there as it is."""
    return sql(sqlite.insert(table(model)).on_conflict_do_nothing())


def upsert(model: type[SQLModel]) -> str:
    """Replaces a row that is there."""
    into = table(model)
    keys = [column.name for column in into.primary_key]
    statement = sqlite.insert(into)
    values = {c.name: statement.excluded[c.name] for c in into.c if c.name not in keys}
    if not values:
        return insert_missing(model)
    return sql(statement.on_conflict_do_update(index_elements=keys, set_=values))


def number(name: str) -> BindParameter[int]:
    """A parameter that is an integer."""
    return bindparam(name, type_=Integer)


def text(name: str) -> BindParameter[str]:
    """A parameter that is text."""
    return bindparam(name, type_=String)
