"""SQLite's text of the statements. Made once each: the rows then go straight to the driver."""

from functools import lru_cache
from sqlite3 import Connection

from sqlalchemy import Engine, StaticPool, bindparam, create_engine, delete, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import ClauseElement

from engine.store.dialect import Dialect
from engine.store.driver import driver
from engine.store.statement import Delete, Find, Insert, Statement, keys

_dialect = sqlite.dialect(paramstyle="qmark")


@lru_cache(maxsize=None, typed=True)  # a Delete and a Find of one table are equal tuples
def sql(statement: Statement | str) -> str:
    """With ``?`` for each parameter. ``Find`` takes its keys as one JSON list."""
    match statement:
        case str():
            return statement
        case Insert():
            core = _insert(statement)
        case Delete(table):
            core = delete(table).where(*(c == bindparam(c.name, type_=c.type) for c in keys(table)))
        case Find(table):
            listed = func.json_each(bindparam("keys")).table_valued("value")
            core = select(table).where(keys(table)[0].in_(select(listed.c.value)))
        case _:
            core = statement
    return str(core.compile(dialect=_dialect))


def _insert(rows: Insert) -> ClauseElement:
    into = sqlite.insert(rows.table)
    core = into.values({name: bindparam(name) for name in rows.columns})
    if rows.there == "fails":
        return core
    if rows.there == "stays":
        return core.on_conflict_do_nothing()
    key = {column.name for column in keys(rows.table)}
    changed = {name: into.excluded[name] for name in rows.columns if name not in key}
    return core.on_conflict_do_update(index_elements=sorted(key), set_=changed)


def _engine(db: Connection) -> Engine:
    return create_engine(
        "sqlite+pysqlite://", module=driver, creator=lambda: db, poolclass=StaticPool
    )


SQLITE = Dialect(
    sql, "BEGIN IMMEDIATE", "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'", _engine
)
