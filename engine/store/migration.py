"""Brings a database to the tables that this program knows. Every change of a table is an Alembic revision.

A revision is named by the four digits that its file begins with. So a database that lacks nothing
is recognised, and a new one made, without Alembic: it takes longer to import than a file to open.
"""

from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, insert, select
from sqlalchemy.schema import CreateTable

from engine.errors import StateTooNew
from engine.store.control_tables import ControlTable
from engine.store.dialect import Dialect
from engine.store.tables import HostTable

Tree = Literal["host", "control"]

TABLES = {"host": HostTable.metadata, "control": ControlTable.metadata}

_FOLDER = Path(__file__).parent / "migrations"
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""As Alembic makes it."""

Connection = Any
"""Of any driver: ``execute`` runs a text."""


def migrate(db: Connection, tree: Tree, dialect: Dialect) -> None:
    """Make or change what the database lacks, all or nothing. Raises StateTooNew."""
    known = sorted(file.name[:4] for file in (_FOLDER / tree / "versions").glob("[0-9]*.py"))
    found = revision(db, dialect)
    if found == known[-1]:
        return
    if not found:
        create(db, tree, dialect, known[-1])
    elif found in known:
        upgrade(db, tree, dialect, "head")
    else:
        message = (
            f"The store has revision {found}, this version knows up to {known[-1]}; "
            "start the newer version, or restore a backup."
        )
        raise StateTooNew(message)


def revision(db: Connection, dialect: Dialect) -> str:
    """The database's revision, empty for a new one."""
    if db.execute(dialect.versioned).fetchone() is None:
        return ""
    row = db.execute(dialect.text(select(_VERSION))).fetchone()
    return str(row[0]) if row else ""


def create(db: Connection, tree: Tree, dialect: Dialect, head: str) -> None:
    """The tables as they are now, in one transaction; the same as all revisions in a row make."""
    db.execute(dialect.begin)
    for table in (*TABLES[tree].sorted_tables, _VERSION):
        db.execute(dialect.text(CreateTable(table)))
    db.execute(dialect.text(insert(_VERSION)), (head,))
    db.execute("COMMIT")


def upgrade(db: Connection, tree: Tree, dialect: Dialect, to: str) -> None:
    """Run the revisions up to ``to`` in one transaction on this connection."""
    from alembic.command import upgrade as run  # noqa: PLC0415 - only when something has to change
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("version_locations", str(_FOLDER / tree / "versions"))
    config.set_main_option("path_separator", "newline")
    with dialect.engine(db).connect() as connection:
        config.attributes["connection"] = connection
        connection.exec_driver_sql(dialect.begin)
        run(config, to)
        connection.commit()
