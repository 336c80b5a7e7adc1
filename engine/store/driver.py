"""The SQLite in use and how a file is opened with it; nothing else imports a driver."""

import os
from pathlib import Path
from sqlite3 import Connection
from typing import Any

try:
    from pysqlite3 import dbapi2
except ImportError:
    from sqlite3 import dbapi2

driver: Any = dbapi2
SAFE_FOR_TWO_WRITERS = (3, 51, 3)
"""Before this version two connections that write one WAL file may corrupt it (sqlite.org/wal.html)."""

DatabaseError = driver.DatabaseError
OperationalError = driver.OperationalError

_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",
    "foreign_keys = OFF",
    "cache_size = -16384",
    "wal_autocheckpoint = 16000",
    "journal_size_limit = 67108864",
)
"""Commits are on the disk when they return, and deleted rows are overwritten. A checkpoint every
64 MiB of log writes a page once that was changed many times; a cache of 16 MiB is as fast as a
larger one, because the file's pages stay in the kernel's cache."""


def connect(path: Path, timeout: float) -> Connection:
    """A connection without implicit transactions; it waits ``timeout`` seconds for another writer.

    The file holds personal data and secrets: only its owner may read it. Raises OSError.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db: Connection = driver.connect(str(path), isolation_level=None, timeout=timeout)
    try:
        for pragma in _PRAGMAS:
            db.execute(f"PRAGMA {pragma}")
    except BaseException:
        db.close()
        raise
    return db


def connect_to_read(path: Path, timeout: float) -> Connection:
    """A connection that can write nothing; the file must be there."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    db: Connection = driver.connect(uri, isolation_level=None, timeout=timeout, uri=True)
    return db


def two_writers_are_safe() -> bool:
    """Whether a stopped old owner may still hold a connection while a new one writes."""
    version: tuple[int, int, int] = driver.sqlite_version_info
    return version >= SAFE_FOR_TWO_WRITERS
