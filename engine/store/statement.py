"""What a store asks of its database, free of any dialect: Core queries, and rows moved in bulk.

The order of the parameters is the order in which they stand in the statement; for a bulk statement
that is the order of its columns.
"""

from typing import Any, Literal, NamedTuple

from sqlalchemy import Column, Select, Table, bindparam, literal_column
from sqlalchemy.sql.elements import BindParameter, ClauseElement
from sqlalchemy.types import Integer, LargeBinary, String
from sqlmodel import SQLModel


class Insert(NamedTuple):
    """Rows for a table. ``there`` says what becomes of a row whose key is there already."""

    table: Table
    there: Literal["fails", "stays", "goes"]
    columns: tuple[str, ...]


class Delete(NamedTuple):
    """Rows of a table, by their primary key."""

    table: Table


class Find(NamedTuple):
    """The rows of a table whose primary key, of one column, is one of any number of values."""

    table: Table


Change = Insert | Delete
Statement = ClauseElement | Insert | Delete | Find
"""What is not a Core query is known to each dialect by these types."""


def table(model: type[SQLModel]) -> Table:
    """The Core table that a SQLModel class declares."""
    declared: Table = model.__table__  # type: ignore[attr-defined]
    return declared


def insert(model: type[SQLModel], *columns: str) -> Insert:
    """Fails on a row that is there. Columns that are not named get their number by themselves."""
    into = table(model)
    return Insert(into, "fails", columns or tuple(into.c.keys()))


def insert_missing(model: type[SQLModel]) -> Insert:
    """Leaves a row that is there as it is."""
    return insert(model)._replace(there="stays")


def upsert(model: type[SQLModel]) -> Insert:
    """Replaces a row that is there."""
    into = table(model)
    return insert(model)._replace(there="goes" if set(into.c) - set(keys(into)) else "stays")


def delete(model: type[SQLModel]) -> Delete:
    return Delete(table(model))


def find(model: type[SQLModel]) -> Find:
    return Find(table(model))


def keys(of: Table) -> list[Column[Any]]:
    """The columns of the primary key; they come first in every table."""
    return list(of.primary_key)


def page(query: Select[Any]) -> Select[Any]:
    """The query with one more parameter, the last: how many rows at most."""
    return query.limit(number("limit")).offset(literal_column("0"))


def number(name: str) -> BindParameter[int]:
    """A parameter that is an integer."""
    return bindparam(name, type_=Integer)


def text(name: str) -> BindParameter[str]:
    """A parameter that is text."""
    return bindparam(name, type_=String)


def blob(name: str) -> BindParameter[bytes]:
    """A parameter that is bytes."""
    return bindparam(name, type_=LargeBinary)
