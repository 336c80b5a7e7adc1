"""The tables of a host's file. Declarations only: ``statements`` moves the rows.

There is no random index: the log appends, a contact's id grows with time, and what is looked up
by another key is clustered by that key.
"""

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

CLUSTERED = {"sqlite_with_rowid": False}


class HostTable(SQLModel, registry=registry()):
    """Keeps the host's tables apart from the control file's."""


class Log(HostTable, table=True):
    """One consumed message with the facts it caused; ids come from the host and are never reused."""

    id: int = Field(primary_key=True)
    contact: int
    klass: int
    prev: int
    now: int
    rulebook: int
    body: bytes
    facts: bytes


class Contact(HostTable, table=True):
    """``last0`` to ``last3`` are the newest log row of each retention class."""

    id: int = Field(primary_key=True)
    state: bytes
    last0: int
    last1: int
    last2: int
    last3: int
    wake: int


class Shelf(HostTable, table=True):
    """What a contact has collected, if anything; written only when that changes."""

    contact: int = Field(primary_key=True)
    body: bytes


class Directory(HostTable, table=True):
    """``bindings`` is a msgpack list of (since, contact)."""

    __table_args__ = CLUSTERED

    key: str = Field(primary_key=True)
    bindings: bytes


class Wakeup(HostTable, table=True):
    __table_args__ = CLUSTERED

    due: int = Field(primary_key=True)
    contact: int = Field(primary_key=True)


class Outbox(HostTable, table=True):
    """Unfinished messages only; what became of the others is in the log."""

    __table_args__ = CLUSTERED

    key: str = Field(primary_key=True)
    contact: int
    state: str
    attempts: int
    due: int
    body: bytes


class Hop(HostTable, table=True):
    """Unanswered hops only."""

    number: int = Field(primary_key=True)
    contact: int
    to: int
    depth: int
    body: bytes


class Reply(HostTable, table=True):
    """The last replies to each coordinator: ``place`` is the number modulo how many are kept."""

    __table_args__ = CLUSTERED

    coordinator: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    number: int
    body: bytes


class Imported(HostTable, table=True):
    """The words on an import's chunks that its sender has not heard of yet, for all we know."""

    __table_args__ = CLUSTERED

    job: int = Field(primary_key=True)
    chunk: int = Field(primary_key=True)
    words: bytes


class Reserved(HostTable, table=True):
    """Events by a key that nobody had, which a contact was asked to take: 0 for their device's."""

    __table_args__ = CLUSTERED

    fingerprint: bytes = Field(primary_key=True)
    key: str
    at: int
    contact: int


class OrderKey(HostTable, table=True):
    """Keys of orders that are too old for their contact's state."""

    __tablename__ = "order_key"
    __table_args__ = CLUSTERED

    contact: int = Field(primary_key=True)
    key: bytes = Field(primary_key=True)


class Suppression(HostTable, table=True):
    __table_args__ = CLUSTERED

    address: bytes = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    reason: str
    at: int


class Review(HostTable, table=True):
    """Pairs of contacts that an operator was asked about, until one of them is decided on."""

    __table_args__ = CLUSTERED

    contact: int = Field(primary_key=True)
    other: int = Field(primary_key=True)
    key: str
    at: int
    source: str
    message_id: str


class Handoff(HostTable, table=True):
    """One a contact and definition: the open one, or the last that was decided."""

    __table_args__ = CLUSTERED

    contact: int = Field(primary_key=True)
    handoff: str = Field(primary_key=True)
    open: int
    rank: int
    body: bytes


class Flow(HostTable, table=True):
    """Contacts that went from one stage of the lifecycle to another, by the day."""

    __table_args__ = CLUSTERED

    day: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    target: str = Field(primary_key=True)
    contacts: int


class Company(HostTable, table=True):
    """``last`` is the newest log row."""

    __table_args__ = CLUSTERED

    key: str = Field(primary_key=True)
    id: int
    state: bytes
    last: int


class Quota(HostTable, table=True):
    """``last`` is the newest log row."""

    __table_args__ = CLUSTERED

    scenario: str = Field(primary_key=True)
    id: int
    state: bytes
    last: int


class Quarantine(HostTable, table=True):
    id: int = Field(primary_key=True)
    contact: int
    now: int
    body: bytes
    error: str


class Erasing(HostTable, table=True):
    """Contacts that are being erased; empty but for that while."""

    contact: int = Field(primary_key=True)
    at: int
    rule: str
    body: bytes


class Erased(HostTable, table=True):
    """Keyed hashes of the keys of contacts that were erased, for as long as a retry may come."""

    __table_args__ = CLUSTERED

    key: bytes = Field(primary_key=True)
    at: int
    seen: bytes


class Mark(HostTable, table=True):
    """One row: how far time and each number have come, and the counters as a msgpack map."""

    id: int = Field(primary_key=True)
    now: int
    next_log: int
    next_contact: int
    next_hop: int
    rebuilt: int
    counters: bytes


class Forgotten(HostTable, table=True):
    """No log row of the class is left below ``below``; so retention never looks there again."""

    klass: int = Field(primary_key=True)
    below: int


class Ownership(HostTable, table=True):
    """Who may write a slot. Read in every transaction: a former owner finds another epoch."""

    slot: int = Field(primary_key=True)
    epoch: int
    owner: str
