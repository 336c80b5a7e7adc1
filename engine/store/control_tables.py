"""The tables of the control file. Declarations only: ``control`` moves the rows."""

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class ControlTable(SQLModel, registry=registry()):
    """Keeps the control file's tables apart from the host's."""


class Setting(ControlTable, table=True):
    """A workspace constant."""

    name: str = Field(primary_key=True)
    value: bytes


class ApiKey(ControlTable, table=True):
    """``hash`` is SHA-256 of the secret; ``revoked`` (ms) is 0 while the key is good."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    kind: str
    name: str
    hash: bytes
    created: int
    revoked: int
    origins: str


class Rulebook(ControlTable, table=True):
    """A published version, for ever: runs and log rows name it."""

    version: int = Field(primary_key=True)
    definitions: bytes
    at: int
    by: str
    note: str


class Pause(ControlTable, table=True):
    """What is paused now; a resumed one has no row."""

    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    at: int
    by: str


class Rejected(ControlTable, table=True):
    """A refused item as it came."""

    id: int = Field(primary_key=True)
    at: int
    source: str
    code: str
    reason: str
    body: bytes
    public: int


class RejectedCount(ControlTable, table=True):
    """How many were refused on a day (UTC, days since 1970), kept in full or not."""

    __tablename__ = "rejected_count"

    code: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    day: int = Field(primary_key=True)
    count: int


class ImportJob(ControlTable, table=True):
    """An import, under way or ``finished`` (ms)."""

    __tablename__ = "import_job"

    id: int = Field(primary_key=True)
    kind: str
    name: str
    digest: str
    reading: str
    by: str
    opened: int
    kept: int
    progress: bytes
    finished: int


class Product(ControlTable, table=True):
    """A product of the catalog; ``body`` is a JSON object."""

    id: str = Field(primary_key=True)
    body: bytes


class Audit(ControlTable, table=True):
    id: int = Field(primary_key=True)
    at: int
    by: str
    act: str
    subject: str


class Erasure(ControlTable, table=True):
    """The erasing of one person: what is looked for until it is done, and what was found."""

    id: str = Field(primary_key=True)
    at: int
    by: str
    rule: str
    subject: str
    done: int
    counts: bytes
    body: bytes


class Ownership(ControlTable, table=True):
    """One row, slot 0: the control epoch."""

    slot: int = Field(primary_key=True)
    epoch: int
    owner: str
