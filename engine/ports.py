"""What the parts ask of one another. Each port has real parts and an in-memory one, one contract suite."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, runtime_checkable

import msgspec

from engine.domain.effect import Send
from engine.domain.event import Event
from engine.domain.identity import Binding
from engine.domain.notice import Inbound, Notice

# --- the store of a host: contacts, directory, log, wake-ups, outbox, hops -----------------------

CLASSES = 4
"""Retention classes of the log; see ``engine.runtime.retention``."""


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
    """An unfinished message. ``state``: queued | sending. ``due`` (ms) is its next attempt."""

    key: str
    contact: int
    state: Literal["queued", "sending"]
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
    """``address`` is the keyed hash of channel and address, never the address."""

    address: bytes
    channel: str
    reason: str
    at: int


class QuarantineRow(NamedTuple):
    """A message that failed twice: kept, shown, and out of the way."""

    contact: int
    now: int
    body: bytes
    error: str


class Write(msgspec.Struct):
    """One commit: everything that a batch of messages caused. Empty lists cost nothing."""

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
    suppressions: list[SuppressionRow] = []
    quarantine: list[QuarantineRow] = []
    replies: list[tuple[str, int, bytes]] = []
    counters: dict[str, int] | None = None


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


class HostStore(Protocol):
    """One host's durable memory. One owner at a time: every method may raise OwnershipLost."""

    def open(self, owner: str) -> Opening:
        """Take ownership: file lock where there is a file, then epoch + 1. Raises StoreLocked."""
        ...

    def contacts(self, ids: Iterable[int]) -> dict[int, ContactRow]: ...

    def directory(self, keys: Iterable[str]) -> dict[str, tuple[Binding, ...]]: ...

    def commit(self, write: Write) -> None:
        """All of it or nothing, durable on return. Checks the epoch in the same transaction.

        Raises OwnershipLost, StoreFull.
        """
        ...

    def wakeups(self, after: WakeUp, before: int, limit: int) -> list[WakeUp]:
        """In order of (due, contact): those greater than ``after`` with ``due`` < ``before``."""
        ...

    def log_row(self, row: int) -> LogRow | None: ...

    def log(self, after: int, limit: int) -> list[LogRow]:
        """Rows with id > ``after``, in id order."""
        ...

    def all_contacts(self, after: int, limit: int) -> list[ContactRow]:
        """Contacts with id > ``after``, in id order."""
        ...

    def all_directory(self, after: str, limit: int) -> list[tuple[str, tuple[Binding, ...]]]: ...

    def quarantined(self, limit: int = 100) -> list[QuarantineRow]:
        """The newest, first."""
        ...

    def forget_log(self, klass: int, below: int, limit: int) -> int:
        """Delete at most ``limit`` rows of a class with id < ``below``; how many were deleted."""
        ...

    def close(self) -> None: ...


# --- the control store: keys, rulebooks, pauses, rejected items, audit ---------------------------

KeyKind = Literal["public", "server", "viewer", "operator", "admin"]


class ApiKey(NamedTuple):
    """``hash`` is SHA-256 of the secret; the secret itself is shown once and never stored."""

    id: str
    kind: KeyKind
    name: str
    hash: bytes
    created: int
    revoked: int = 0


class RejectedItem(NamedTuple):
    """One refused item, as it came; ``source`` is the key's name."""

    at: int
    source: str
    code: str
    reason: str
    body: bytes


class ControlStore(Protocol):
    """Small, rarely written, owned by the Coordinator that holds the control epoch."""

    def open(self, owner: str) -> int:
        """Take ownership, answer the epoch. Raises StoreLocked."""
        ...

    def setting(self, name: str, default: bytes | None = None) -> bytes | None:
        """A workspace constant (``secret``, ``hosts``, ``placement``, ``id``)."""
        ...

    def set_setting(self, name: str, value: bytes) -> None: ...

    def add_key(self, key: ApiKey, by: str) -> None: ...

    def revoke_key(self, key: str, at: int, by: str) -> bool: ...

    def keys(self) -> list[ApiKey]: ...

    def publish(self, definitions: bytes, at: int, by: str) -> int:
        """Store the next rulebook version, answer its number."""
        ...

    def rulebooks(self) -> dict[int, bytes]:
        """Every published version."""
        ...

    def pause(self, kind: str, name: str, paused: bool, at: int, by: str) -> None:
        """``kind``: scenario | channel."""
        ...

    def paused(self) -> set[tuple[str, str]]: ...

    def reject(self, items: Sequence[RejectedItem]) -> None:
        """Keep 1,000 a (reason code, source, day) in full, count the rest; durable on return."""
        ...

    def rejected(self, limit: int = 100) -> list[RejectedItem]:
        """The newest, first."""
        ...

    def rejected_counts(self) -> dict[str, int]:
        """How many were ever refused, by reason code."""
        ...

    def record(self, at: int, by: str, act: str, subject: str) -> None:
        """One line of the audit trail."""
        ...

    def audit(self, limit: int = 100) -> list[tuple[int, str, str, str]]: ...

    def close(self) -> None: ...


# --- sending: host -> Sender -> channel ----------------------------------------------------------


class Delivery(msgspec.Struct, frozen=True, array_like=True):
    """A message on its way from a host to the Sender.

    ``template`` and ``version`` name the text; ``again`` marks one that was handed over before a
    restart; ``attempts`` counts earlier ones. ``message_id`` is the same at every attempt.
    """

    send: Send
    version: str
    message_id: str
    attempts: int = 0
    again: bool = False


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """What became of a delivery. ``retry_after`` (ms) goes with ``deferred``; ``reply`` is the provider's.

    ``attempts`` is the delivery's: an outcome that is told late is not taken for that of a later attempt.
    """

    key: str
    outcome: Literal["sent", "failed", "unknown", "deferred"]
    reply: str = ""
    reason: str = ""
    suppress: bool = False
    absent: bool = False  # with deferred: it left, and its provider surely does not have it
    retry_after: int = 0
    attempts: int = 0


class SenderPort(Protocol):
    """A Sender as a host sees it. Bytes are msgpack lists of Delivery / Outcome."""

    async def offer(self, host: str, deliveries: bytes) -> int:
        """Hand over; answer the credit left for this host. A key offered twice is one message."""
        ...

    async def outcomes(self, host: str, acknowledged: list[str]) -> tuple[bytes, int]:
        """Outcomes not yet acknowledged (waits up to a second for one) and the credit left.

        An outcome comes again until its key is acknowledged, which a host does after its commit.
        """
        ...

    async def caught_up(self, host: str) -> None:
        """The host has offered again all that it had handed over before: from here on nothing of it is
        in doubt that is not in the Sender's own memory."""
        ...

    async def publish(self, version: int, definitions: bytes) -> None:
        """Templates of a new rulebook."""
        ...

    async def pause(self, channel: str, paused: bool) -> None: ...

    async def status(self) -> dict[str, Any]:
        """In hand, sent since start, breaker state per route."""
        ...


class Rendered(msgspec.Struct, frozen=True):
    """A message ready to leave. ``headers`` are the channel's business; ``text`` is always there."""

    key: str
    message_id: str
    address: str
    subject: str
    text: str
    html: str
    marketing: bool
    at: int


class Channel(Protocol):
    """A way to reach a contact. ``send`` raises Refused, Deferred, RouteDown or Unsure."""

    name: ClassVar[str]

    async def send(self, message: Rendered, leaving: Callable[[], None]) -> str:
        """Hand the message over, answer the provider's reply.

        Calls ``leaving`` right before the bytes that can no longer be taken back (DATA, POST).
        """
        ...

    @property
    def capacity(self) -> int:
        """How many messages it can carry at once."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Searchable(Protocol):
    """A channel whose provider can be asked afterwards: its unknown messages are looked for."""

    async def find(self, message: Rendered, since: int, until: int) -> str:
        """The provider's reply to a message that left between these instants (ms), "" when it has none.

        Raises Unsure when it has one that may be this message, RouteDown when it did not answer.
        """
        ...


# --- what providers tell us ----------------------------------------------------------------------


RECEIPTS = "/v1/receipts/{provider}/{token}"
INBOUND = "/v1/inbound/{provider}"
"""Where providers call; ``token`` is what the channel needs to know the message by."""


class Hook(Protocol):
    """Reads a provider's calls to us, each proved by its signature: NotAllowed where it does not fit.

    ``target`` is the path and query asked for, names of ``headers`` are in lower case; what cannot be
    read raises BadRequest. ``answer`` is the media type and body that the provider wants to hear.
    """

    answer: ClassVar[tuple[str, bytes]]

    def receipt(
        self, token: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Notice: ...

    def inbound(self, target: str, headers: Mapping[str, str], body: bytes) -> Inbound: ...


# --- the engine as RPC sees it -------------------------------------------------------------------


class Refusal(msgspec.Struct, frozen=True):
    """An item that a door could not turn into an event: kept as a rejected row, answered with its reason."""

    code: str
    reason: str
    body: bytes = b""
    message_id: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """The answer to one item. ``contact`` is the id it was stored under, 0 when rejected."""

    outcome: Literal["accepted", "duplicate", "rejected"]
    code: str = ""
    reason: str = ""
    contact: int = 0


class Engine(Protocol):
    """What the Coordinator offers to its doors. Reports are plain data (dict, list, str, int, float)."""

    def authenticate(self, secret: str) -> ApiKey | None:
        """The key with this secret, compared in constant time; None when unknown or revoked."""
        ...

    def fingerprint(self, source: str, message_id: str) -> bytes:
        """The 6-byte keyed hash for ``Event.fingerprint``."""
        ...

    def now(self) -> int: ...

    def user_token_fits(self, user_id: str, token: str) -> bool:
        """Whether the token is the workspace's HMAC-SHA-256 (hex) of this user id."""
        ...

    async def push(self, source: str, items: Sequence[Event | Refusal]) -> list[Verdict]:
        """One verdict an item, in order, after the commit that holds it. Raises Busy: nothing kept."""
        ...

    async def status(self) -> dict[str, Any]: ...

    async def contact(self, key: str, timeline: int) -> dict[str, Any] | None:
        """State and the newest ``timeline`` log rows of a contact, by key or id."""
        ...

    async def segments(self) -> list[dict[str, Any]]: ...

    async def scenarios(self) -> list[dict[str, Any]]: ...

    async def scores(self) -> list[dict[str, Any]]:
        """Each score's ranking and histogram, of the contacts that did something since ``since``."""
        ...

    async def messages(self) -> dict[str, Any]:
        """Messages by channel, and the reasons for which some did not leave."""
        ...

    async def rulebook(self) -> dict[str, Any]:
        """What is in force, and who is under way in it: see ``engine.domain.plan.InForce``."""
        ...

    async def apply(self, definitions: bytes, by: str) -> int:
        """Publish, answer the version: the one in force when nothing changed. Raises ConfigError."""
        ...

    async def pause(self, kind: str, name: str, paused: bool, by: str) -> None:
        """``kind``: scenario | channel. Raises Unknown."""
        ...

    async def act(self, key: str, act: str, subject: str, value: Any, by: str) -> None:
        """An operator's act on a contact: set | exit | resume. Raises Unknown."""
        ...

    async def suppress(self, channel: str, address: str, reason: str, by: str) -> None: ...

    async def notice(self, notice: Notice) -> None:
        """Kept on return. Raises Unknown when the message is of no contact here."""
        ...

    async def fsck(self) -> dict[str, Any]:
        """``{"findings": [...], "checked": {...}}``."""
        ...

    async def create_key(self, kind: KeyKind, name: str, by: str) -> str:
        """The secret, shown once."""
        ...

    async def keys(self) -> list[dict[str, Any]]: ...

    async def revoke_key(self, key: str, by: str) -> bool: ...

    async def confirm_clock(self, by: str) -> None:
        """Let timers go on after a step of the wall clock stopped them."""
        ...

    def ready(self) -> bool:
        """Whether every store accepts writes."""
        ...
