"""A connection to one schema of a PostgreSQL database, and the lock that a live owner holds on it."""

import os
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.pq import TransactionStatus
from psycopg.sql import SQL, Identifier

from engine.errors import StoreError
from engine.store.postgres_text import adapt

CONNECT_TIMEOUT = 5
"""Seconds."""

_SETTINGS = """
SET synchronous_commit = on;
SET lock_timeout = '20s';
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET idle_in_transaction_session_timeout = '10s';
SET tcp_keepalives_idle = 10;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 3;
"""
"""Commits are on the disk when they return. Every statement goes by a primary key: a plan that was
made while a table was small, and reads all of it, must not be kept when the table has grown. An owner
that stops in a transaction loses it before its successor has waited too long for the ownership row
that it has locked. Whoever vanished, server or owner, is noticed by the other after 25 s."""

_LOCK = (
    "SELECT pg_try_advisory_lock('pg_namespace'::regclass::oid::int, to_regnamespace(%s)::oid::int)"
)
_HOLDER = """
SELECT coalesce(min(a.application_name || coalesce(' on ' || host(a.client_addr), '')), 'unknown')
FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
  AND l.classid = 'pg_namespace'::regclass AND l.objid = to_regnamespace(%s)::oid
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_LOOK = """
SELECT current_setting('server_version'), current_setting('server_encoding'),
  has_database_privilege(current_database(), 'CREATE'), current_setting('fsync')
"""


def connect(url: str, schema: str, owner: str) -> Connection[Any]:
    """In autocommit, seeing that schema alone, which is made when it is missing. Raises psycopg.Error."""
    db = psycopg.connect(
        url,
        autocommit=True,
        connect_timeout=CONNECT_TIMEOUT,
        client_encoding="utf8",
        application_name=f"relance {owner}, process {os.getpid()}"[:63],
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
    )
    try:
        _prepare(db, schema)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: Connection[Any], schema: str) -> None:
    encoding = db.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        message = (
            f"the database {db.info.dbname} is encoded in {encoding}; "
            "make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
        raise StoreError(message)
    adapt(db)
    db.execute(_SETTINGS)
    if db.execute("SELECT to_regnamespace(%s)", (schema,)).fetchone() == (None,):
        db.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))
    db.execute("SELECT set_config('search_path', %s, false)", (schema,))


def lock(db: Connection[Any], schema: str) -> bool:
    """Whether it is ours now, until the connection ends; never waits.

    It tells a live owner, nothing more: what fences a former one is the epoch in the ownership rows.
    """
    return db.execute(_LOCK, (schema,)).fetchone() == (True,)


def close(db: Connection[Any]) -> None:
    """The lock is free on return: the server notices a closed connection only a little later."""
    if db.info.transaction_status == TransactionStatus.IDLE:
        with suppress(psycopg.Error):  # a connection that broke holds no lock
            db.execute("SELECT pg_advisory_unlock_all()")
    db.close()


def holder(db: Connection[Any], schema: str) -> str:
    """Who holds the lock, for whoever comes second."""
    row = db.execute(_HOLDER, (schema,)).fetchone()
    return str(row[0]) if row else "unknown"


def tried(url: str) -> tuple[bool, str]:
    """Whether a database can be used, and what was seen; changes nothing."""
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_TIMEOUT) as db:
            row = db.execute(_LOOK).fetchone()
    except psycopg.Error as error:
        return False, f"{' '.join(str(error).split())}; see [store] url"
    version, encoding, may_create, fsync = row or ("", "", False, "")
    wanted = (
        ("encoding is not UTF8", encoding == "UTF8"),
        ("this user may not create schemas", may_create),
        ("fsync is off, a crash may lose what was acknowledged", fsync == "on"),
    )
    return all(good for _, good in wanted), "; ".join(
        [str(version), *(text for text, good in wanted if not good)]
    )
