"""The store of a host: contacts, directory, log, wake-ups, outbox, hops."""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple, Protocol

import msgspec

from engine.domain.profile.identity import Binding

CLASSES = 4
"""Retention classes of the log; see ``engine.runtime.batches.retention``."""


Search = Callable[[bytes], object]
"""Whether bytes hold what is looked for: what it answers is true or not."""


class LogRow(NamedTuple):
    """One consumed message. ``prev`` is the same contact's previous row in the same class, 0 for none.

    ``body`` is the encoded message, ``facts`` the encoded facts (empty bytes for none).
    """

    id: int
    contact: int
    klass: int
    prev: int
    now: int
    rulebook: int
    body: bytes
    facts: bytes


class ContactRow(NamedTuple):
    """``last`` holds the newest log row id per class; ``wake`` is the stored wake-up (ms), 0 for none."""

    id: int
    state: bytes
    last: tuple[int, int, int, int]
    wake: int


class WakeUp(NamedTuple):
    due: int
    contact: int


class OutboxRow(NamedTuple):
    """An unfinished message. ``due`` (ms) is its next attempt; ``held`` ones wait for their hours, ``dead``

    ones until an operator asks for another attempt.
    """

    key: str
    contact: int
    state: Literal["queued", "held", "sending", "dead"]
    attempts: int
    due: int
    body: bytes


class HopRow(NamedTuple):
    """What contact ``contact`` must tell ``to`` (a contact id or a slot); sent until answered."""

    number: int
    contact: int
    to: int
    depth: int
    body: bytes


class SuppressionRow(NamedTuple):
    """``address`` is the keyed hash of an address, never the address; see ``domain.suppression``."""

    address: bytes
    scope: str
    reason: str
    at: int


class ShelfRow(NamedTuple):
    """What a contact has collected; an empty ``body`` takes the row away."""

    contact: int
    body: bytes


class ReviewRow(NamedTuple):
    """``contact`` claimed a key of ``other``; ``at`` is when (ms), the rest is which event named it."""

    contact: int
    other: int
    key: str
    at: int
    source: str
    message_id: str


class HandoffRow(NamedTuple):
    """A contact's hand-off for lists: ``body`` is the encoded offer, ``rank`` its place among its like.

    Open ones (``open`` 1) rank by their deadline, closed ones by how long ago that was.
    """

    contact: int
    handoff: str
    open: int
    rank: int
    body: bytes


class FlowRow(NamedTuple):
    """How many contacts went from one stage of the lifecycle to another on a day (``2026-03-29``).

    Empty stands for no stage.
    """

    day: str
    source: str
    target: str
    contacts: int


class CompanyRow(NamedTuple):
    """``last`` is its newest log row; ``key`` its group id."""

    key: str
    id: int
    state: bytes
    last: int


class QuotaRow(NamedTuple):
    """``last`` is its newest log row."""

    scenario: str
    id: int
    state: bytes
    last: int


class QuarantineRow(NamedTuple):
    """A message that failed twice: kept, shown, and out of the way. ``number`` is the store's."""

    contact: int
    now: int
    body: bytes
    error: str
    number: int = 0


LEAVING = b"\xc0"


class ErasingRow(NamedTuple):
    """Contact ``contact`` is being erased. ``body`` is what has yet to be looked for, once it is gone.

    Until then it is empty, for a wish that the contact may still outlive, or ``LEAVING``.

    ``rule`` says by whose will: ``request``, or the rule of retention.
    """

    contact: int
    at: int
    rule: str
    body: bytes = b""


class ErasedRow(NamedTuple):
    """``key`` is the keyed hash of a key whose contact was erased at ``at`` (ms).

    ``seen`` holds the fingerprints of what it had taken, so that a retry is known without its time.
    """

    key: bytes
    at: int
    seen: bytes = b""


class Erasure(msgspec.Struct):
    """What a commit takes away of a contact for ever; ``log_masked`` are rows of others, put anew."""

    log: list[int] = []
    log_masked: list[LogRow] = []
    contacts: list[int] = []
    directory: list[str] = []
    quarantine: list[int] = []
    erased: list[ErasedRow] = []
    erased_gone: list[bytes] = []
    erasing: list[ErasingRow] = []
    erasing_gone: list[int] = []


class ImportedRow(NamedTuple):
    """What this host said to its part of an import's chunk: the chunk sent again is answered with it."""

    job: int
    chunk: int
    words: bytes


class ReservedRow(NamedTuple):
    """An event by a key that nobody had, sent on at ``at`` (ms) to ``contact``, which may have it.

    0 for the contact of its device.
    """

    fingerprint: bytes
    key: str
    at: int
    contact: int = 0


class Write(msgspec.Struct):
    """One commit: everything that a batch of messages caused. Empty lists cost nothing.

    ``rebuilt`` is the rulebook's version up to which every contact has what was new in it; None
    leaves it as it is.
    """

    now: int = 0
    log: list[LogRow] = []
    contacts: list[ContactRow] = []
    directory: list[tuple[str, tuple[Binding, ...]]] = []
    wakeups_gone: list[WakeUp] = []
    wakeups: list[WakeUp] = []
    outbox_gone: list[str] = []
    outbox: list[OutboxRow] = []
    hops_gone: list[int] = []
    hops: list[HopRow] = []
    suppressions_gone: list[tuple[bytes, str]] = []
    suppressions: list[SuppressionRow] = []
    companies: list[CompanyRow] = []
    quarantine: list[QuarantineRow] = []
    replies: list[tuple[str, int, bytes]] = []
    counters: dict[str, int] | None = None
    erasure: Erasure | None = None
    imported_gone: list[tuple[int, int]] = []
    imported: list[ImportedRow] = []
    orders: list[tuple[int, bytes]] = []
    orders_gone: list[tuple[int, bytes]] = []
    reserved: list[ReservedRow] = []
    reserved_gone: list[bytes] = []
    rebuilt: int | None = None
    shelves: list[ShelfRow] = []
    reviews: list[ReviewRow] = []
    reviews_gone: list[tuple[int, int]] = []
    handoffs: list[HandoffRow] = []
    handoffs_gone: list[tuple[int, str]] = []
    flows: list[FlowRow] = []
    quotas: list[QuotaRow] = []


class Opening(NamedTuple):
    """What a new owner starts from."""

    epoch: int
    now: int
    next_log: int
    next_contact: int
    next_hop: int
    counters: dict[str, int]
    outbox: list[OutboxRow]
    hops: list[HopRow]
    replies: list[tuple[str, int, bytes]]
    suppressions: list[SuppressionRow]
    erasing: tuple[ErasingRow, ...] = ()
    erased: tuple[ErasedRow, ...] = ()
    imported: tuple[ImportedRow, ...] = ()
    rebuilt: int = 0
    reserved: tuple[ReservedRow, ...] = ()


Leaving = Callable[[list[LogRow]], dict[str, int]]


class HostStore(Protocol):
    """One host's durable memory. One owner at a time: every method may raise OwnershipLost."""

    def open(self, owner: str) -> Opening:
        """Take ownership: file lock where there is a file, then epoch + 1. Raises StoreLocked."""
        ...

    def contacts(self, ids: Iterable[int]) -> dict[int, ContactRow]: ...

    def shelves(self, contacts: Iterable[int]) -> dict[int, bytes]:
        """Of those contacts that have one."""
        ...

    def directory(self, keys: Iterable[str]) -> dict[str, tuple[Binding, ...]]: ...

    def companies(self, keys: Iterable[str]) -> dict[str, CompanyRow]: ...

    def all_companies(self, after: str, limit: int) -> list[CompanyRow]:
        """Companies with a key > ``after``, in key order."""
        ...

    def quotas(self, scenarios: Iterable[str]) -> dict[str, QuotaRow]: ...

    def all_quotas(self) -> list[QuotaRow]:
        """All of them, by scenario."""
        ...

    def commit(self, write: Write) -> None:
        """All of it or nothing, durable on return. Checks the epoch in the same transaction.

        Raises OwnershipLost, StoreFull.
        """
        ...

    def wakeups(self, after: WakeUp, before: int, limit: int) -> list[WakeUp]:
        """In order of (due, contact): those greater than ``after`` with ``due`` < ``before``."""
        ...

    def ordered(self, contact: int, key: bytes) -> bool:
        """Whether this is the key of one of the contact's earlier orders (``Write.orders``)."""
        ...

    def orders_of(self, contact: int) -> list[bytes]:
        """All of these keys of one contact."""
        ...

    def log_row(self, row: int) -> LogRow | None: ...

    def log(self, after: int, limit: int) -> list[LogRow]:
        """Rows with id > ``after``, in id order."""
        ...

    def whole_since(self) -> int:
        """See ``LogReader``."""
        ...

    def all_contacts(self, after: int, limit: int) -> list[ContactRow]:
        """Contacts with id > ``after``, in id order."""
        ...

    def all_directory(self, after: str, limit: int) -> list[tuple[str, tuple[Binding, ...]]]: ...

    def quarantined(self, limit: int = 100) -> list[QuarantineRow]:
        """The newest, first."""
        ...

    def reviews(self, limit: int = 1_000) -> list[ReviewRow]:
        """The newest, first."""
        ...

    def handoffs(self, limit: int = 1_000) -> list[HandoffRow]:
        """Open ones first, then by rank."""
        ...

    def flows(self) -> list[FlowRow]:
        """All of them, in order of their days."""
        ...

    def forget_log(self, klass: int, below: int, limit: int, leaving: Leaving | None = None) -> int:
        """Delete at most ``limit`` rows of a class with id < ``below``; how many were deleted.

        ``leaving`` sees them before and answers the counters that are kept with the deletion.
        """
        ...

    def purge(self, *, whole: bool = False) -> None:
        """Let what was deleted be read in no file of the store any more.

        ``whole`` takes away, too, what the store itself had copied and left behind: where ``traces`` has
        just found some, else by writing everything anew.
        """
        ...

    def traces(self, of: Search) -> bool:
        """Whether the store's files hold such bytes, deleted or not; may be asked in another thread."""
        ...

    def close(self) -> None: ...
