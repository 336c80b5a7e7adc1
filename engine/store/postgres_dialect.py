"""PostgreSQL's text of the statements and types of the columns: the declared tables serve it as they are.

Integers are 64 bits wide and text is compared byte by byte, as in SQLite.
"""

from functools import cache, lru_cache
from typing import Any

from psycopg import Connection
from sqlalchemy import Engine, StaticPool, bindparam, create_engine, delete, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn
from sqlalchemy.sql.compiler import DDLCompiler, TypeCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import ARRAY, Integer, LargeBinary
from sqlmodel.sql.sqltypes import AutoString

from engine.store.dialect import Dialect
from engine.store.statement import Delete, Find, Insert, Statement, keys

_dialect = psycopg.dialect(paramstyle="format")  # type: ignore[no-untyped-call]


@lru_cache(maxsize=None, typed=True)  # a Delete and a Find of one table are equal tuples
def sql(statement: Statement | str) -> str:
    """With ``%s`` for each parameter; bulk statements take a list a column, ``Find`` one of its keys.

    A list is sent in binary (``%b``): in text form it takes five times as long.
    """
    match statement:
        case str():
            return statement
        case Insert():
            core = _insert(statement)
        case Delete(table):
            gone = _lists(table, [column.name for column in keys(table)])
            core = delete(table).where(*(column == gone.c[column.name] for column in keys(table)))
        case Find(table):
            [key] = keys(table)
            listed = bindparam("keys", type_=ARRAY(key.type))
            core = select(table).where(key == func.any(listed)).order_by(key)
        case _:
            return str(statement.compile(dialect=_dialect))
    return str(core.compile(dialect=_dialect)).replace("%s", "%b")


def _insert(rows: Insert) -> ClauseElement:
    into = postgresql.insert(rows.table)
    core = into.from_select(list(rows.columns), select(_lists(rows.table, rows.columns)))
    if rows.there == "fails":
        return core
    if rows.there == "stays":
        return core.on_conflict_do_nothing()
    key = [column.name for column in keys(rows.table)]
    changed = {name: into.excluded[name] for name in rows.columns if name not in key}
    return core.on_conflict_do_update(index_elements=key, set_=changed)


def _lists(table: Any, columns: Any) -> TableValuedAlias:
    lists = (bindparam(name, type_=ARRAY(table.c[name].type)) for name in columns)
    return func.unnest(*lists).table_valued(*columns).render_derived(name="given")


@cache
def copy(rows: Insert) -> str:
    """The command that takes new rows; the fastest way in, and one that cannot meet rows that are there."""
    quoted = _dialect.identifier_preparer.quote
    columns = ", ".join(map(quoted, rows.columns))
    return f"COPY {quoted(rows.table.name)} ({columns}) FROM STDIN (FORMAT BINARY)"


@cache
def types(rows: Insert) -> list[str]:
    """PostgreSQL's names for the types of the rows' columns."""
    kinds = {Integer: "int8", LargeBinary: "bytea", AutoString: "text"}
    return [kinds[type(rows.table.c[name].type)] for name in rows.columns]


@compiles(Integer, "postgresql")
def _integer(_type: Integer, _compiler: TypeCompiler, **_: Any) -> str:
    return "BIGINT"


@compiles(AutoString, "postgresql")
def _text(_type: AutoString, _compiler: TypeCompiler, **_: Any) -> str:
    return 'TEXT COLLATE "C"'


@compiles(CreateColumn, "postgresql")
def _column(column: CreateColumn, compiler: DDLCompiler, **options: Any) -> str:
    """A key that numbers itself is as wide as the others."""
    text = str(compiler.visit_create_column(column, **options))  # type: ignore[no-untyped-call]
    return text.replace(" SERIAL", " BIGSERIAL")


def _engine(db: Connection[Any]) -> Engine:
    return create_engine("postgresql+psycopg://", creator=lambda: db, poolclass=StaticPool)


POSTGRES = Dialect(
    sql, "BEGIN", "SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL", _engine
)
