"""The first tables of the control file."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0001"
down_revision = None


def upgrade() -> None:
    _definitions()
    _history()


def _definitions() -> None:
    op.create_table(
        "setting",
        sa.Column("name", AutoString, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "api_key",
        sa.Column("id", AutoString, primary_key=True),
        sa.Column("kind", AutoString, nullable=False),
        sa.Column("name", AutoString, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("created", sa.Integer, nullable=False),
        sa.Column("revoked", sa.Integer, nullable=False),
        sa.Column("origins", AutoString, nullable=False),
    )
    op.create_table(
        "rulebook",
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("definitions", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("by", AutoString, nullable=False),
        sa.Column("note", AutoString, nullable=False),
    )
    op.create_table(
        "product",
        sa.Column("id", AutoString, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "pause",
        sa.Column("kind", AutoString, primary_key=True),
        sa.Column("name", AutoString, primary_key=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("by", AutoString, nullable=False),
    )
    op.create_table(
        "ownership",
        sa.Column("slot", sa.Integer, primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("owner", AutoString, nullable=False),
    )


def _history() -> None:
    op.create_table(
        "import_job",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", AutoString, nullable=False),
        sa.Column("name", AutoString, nullable=False),
        sa.Column("digest", AutoString, nullable=False),
        sa.Column("reading", AutoString, nullable=False),
        sa.Column("by", AutoString, nullable=False),
        sa.Column("opened", sa.Integer, nullable=False),
        sa.Column("kept", sa.Integer, nullable=False),
        sa.Column("progress", sa.LargeBinary, nullable=False),
        sa.Column("finished", sa.Integer, nullable=False),
    )
    op.create_table(
        "rejected",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("source", AutoString, nullable=False),
        sa.Column("code", AutoString, nullable=False),
        sa.Column("reason", AutoString, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("public", sa.Integer, nullable=False),
    )
    op.create_table(
        "rejected_count",
        sa.Column("code", AutoString, primary_key=True),
        sa.Column("source", AutoString, primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("by", AutoString, nullable=False),
        sa.Column("act", AutoString, nullable=False),
        sa.Column("subject", AutoString, nullable=False),
    )
    op.create_table(
        "erasure",
        sa.Column("id", AutoString, primary_key=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("by", AutoString, nullable=False),
        sa.Column("rule", AutoString, nullable=False),
        sa.Column("subject", AutoString, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("counts", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
