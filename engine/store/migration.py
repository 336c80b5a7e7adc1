"""Brings a file to the tables that this program knows. Every change of a table is an Alembic revision.

A revision is named by the four digits that its file begins with. So a file that lacks nothing is
recognised, and a new one made, without Alembic: it takes longer to import than a file to open.
"""

from pathlib import Path
from sqlite3 import Connection
from typing import Literal

from sqlalchemy import StaticPool, create_engine
from sqlalchemy.schema import CreateTable

from engine.errors import StateTooNew
from engine.store.control_tables import ControlTable
from engine.store.driver import driver
from engine.store.statement import sql
from engine.store.tables import HostTable

Tree = Literal["host", "control"]

TABLES = {"host": HostTable.metadata, "control": ControlTable.metadata}

_FOLDER = Path(__file__).parent / "migrations"
_VERSION = (
    "CREATE TABLE alembic_version (\n\tversion_num VARCHAR(32) NOT NULL, \n\t"
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n)"
)
"""As Alembic makes it."""


def migrate(db: Connection, tree: Tree) -> None:
    """Make or change what the file lacks, all or nothing. Raises StateTooNew."""
    known = sorted(file.name[:4] for file in (_FOLDER / tree / "versions").glob("[0-9]*.py"))
    found = revision(db)
    if found == known[-1]:
        return
    if not found:
        create(db, tree, known[-1])
    elif found in known:
        upgrade(db, tree, "head")
    else:
        message = (
            f"The store has revision {found}, this version knows up to {known[-1]}; "
            "start the newer version, or restore a backup."
        )
        raise StateTooNew(message)


def revision(db: Connection) -> str:
    """The file's revision, empty for a new file."""
    there = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    if db.execute(there).fetchone() is None:
        return ""
    row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def create(db: Connection, tree: Tree, head: str) -> None:
    """The tables as they are now, in one transaction; the same as all revisions in a row make."""
    db.execute("BEGIN IMMEDIATE")
    for table in TABLES[tree].sorted_tables:
        db.execute(sql(CreateTable(table)))
    db.execute(_VERSION)
    db.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (head,))
    db.execute("COMMIT")


def upgrade(db: Connection, tree: Tree, to: str) -> None:
    """Run the revisions up to ``to`` in one transaction on this connection."""
    from alembic.command import upgrade as run  # noqa: PLC0415 - only when something has to change
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("version_locations", str(_FOLDER / tree / "versions"))
    config.set_main_option("path_separator", "newline")
    engine = create_engine(
        "sqlite+pysqlite://", module=driver, creator=lambda: db, poolclass=StaticPool
    )
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        run(config, to)
        connection.commit()
