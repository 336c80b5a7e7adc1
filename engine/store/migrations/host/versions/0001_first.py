"""The first tables of a host's file."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0001"
down_revision = None


def upgrade() -> None:
    _contacts()
    _work()
    _bulk()
    _standing()
    _handoffs()
    _flows()


def _contacts() -> None:
    op.create_table(
        "log",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("contact", sa.Integer, nullable=False),
        sa.Column("klass", sa.Integer, nullable=False),
        sa.Column("prev", sa.Integer, nullable=False),
        sa.Column("now", sa.Integer, nullable=False),
        sa.Column("rulebook", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("facts", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("last0", sa.Integer, nullable=False),
        sa.Column("last1", sa.Integer, nullable=False),
        sa.Column("last2", sa.Integer, nullable=False),
        sa.Column("last3", sa.Integer, nullable=False),
        sa.Column("wake", sa.Integer, nullable=False),
    )
    op.create_table(
        "shelf",
        sa.Column("contact", sa.Integer, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "directory",
        sa.Column("key", AutoString, primary_key=True),
        sa.Column("bindings", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "company",
        sa.Column("key", AutoString, primary_key=True),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quota",
        sa.Column("scenario", AutoString, primary_key=True),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wakeup",
        sa.Column("due", sa.Integer, primary_key=True),
        sa.Column("contact", sa.Integer, primary_key=True),
        sqlite_with_rowid=False,
    )


def _work() -> None:
    op.create_table(
        "outbox",
        sa.Column("key", AutoString, primary_key=True),
        sa.Column("contact", sa.Integer, nullable=False),
        sa.Column("state", AutoString, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "hop",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("contact", sa.Integer, nullable=False),
        sa.Column("to", sa.Integer, nullable=False),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "reply",
        sa.Column("coordinator", AutoString, primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("contact", sa.Integer, nullable=False),
        sa.Column("now", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("error", AutoString, nullable=False),
    )


def _bulk() -> None:
    op.create_table(
        "imported",
        sa.Column("job", sa.Integer, primary_key=True),
        sa.Column("chunk", sa.Integer, primary_key=True),
        sa.Column("words", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reserved",
        sa.Column("fingerprint", sa.LargeBinary, primary_key=True),
        sa.Column("key", AutoString, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("contact", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "order_key",
        sa.Column("contact", sa.Integer, primary_key=True),
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sqlite_with_rowid=False,
    )


def _standing() -> None:
    op.create_table(
        "review",
        sa.Column("contact", sa.Integer, primary_key=True),
        sa.Column("other", sa.Integer, primary_key=True),
        sa.Column("key", AutoString, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("source", AutoString, nullable=False),
        sa.Column("message_id", AutoString, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "suppression",
        sa.Column("address", sa.LargeBinary, primary_key=True),
        sa.Column("scope", AutoString, primary_key=True),
        sa.Column("reason", AutoString, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erasing",
        sa.Column("contact", sa.Integer, primary_key=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("rule", AutoString, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "erased",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("seen", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mark",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("now", sa.Integer, nullable=False),
        sa.Column("next_log", sa.Integer, nullable=False),
        sa.Column("next_contact", sa.Integer, nullable=False),
        sa.Column("next_hop", sa.Integer, nullable=False),
        sa.Column("rebuilt", sa.Integer, nullable=False),
        sa.Column("counters", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "forgotten",
        sa.Column("klass", sa.Integer, primary_key=True),
        sa.Column("below", sa.Integer, nullable=False),
    )
    op.create_table(
        "ownership",
        sa.Column("slot", sa.Integer, primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("owner", AutoString, nullable=False),
    )


def _handoffs() -> None:
    op.create_table(
        "handoff",
        sa.Column("contact", sa.Integer, primary_key=True),
        sa.Column("handoff", AutoString, primary_key=True),
        sa.Column("open", sa.Integer, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


def _flows() -> None:
    op.create_table(
        "flow",
        sa.Column("day", AutoString, primary_key=True),
        sa.Column("source", AutoString, primary_key=True),
        sa.Column("target", AutoString, primary_key=True),
        sa.Column("contacts", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
