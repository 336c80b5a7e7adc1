"""What a contact's mailbox carries. Each message that a step consumes is a row of the log."""

from typing import Any, Literal

import msgspec

from engine.domain.effect import AskTicket, Half, Send
from engine.domain.event import Event
from engine.domain.profile.consent import Status
from engine.domain.profile.dedupe import mark_of
from engine.domain.profile.identity import Claim
from engine.domain.profile.offer import Decision
from engine.domain.scores.gauge import Standing


class TimerFired(msgspec.Struct, frozen=True, array_like=True, tag="timer"):
    """The contact's earliest timer is due; the step works off every timer due at ``now``."""


Later = Literal["delivered", "undelivered", "opened", "clicked", "complained", "unsubscribed"]
"""What becomes of a message after it was sent."""
Outcome = Literal["sent", "failed", "unknown", "deferred", "dead"] | Later


class Receipt(msgspec.Struct, frozen=True, array_like=True, tag="receipt"):
    """What became of a message. ``sent`` = the next hop took it; ``unknown`` = it may have.

    ``deferred`` is not final: the message is queued again. ``dead``: given up until an operator asks.
    What comes after ``sent`` (the outcomes from ``delivered`` on) is a fact about the contact and settles
    nothing. ``code`` is the provider's (SMTP reply, HTTP status); ``suppress`` says that the address must
    not be written to again.
    ``fingerprint`` recognises what a provider tells twice, as an event's does. ``soft``: the address is
    suppressed at that many such failures in a row, 0 for never.

    ``scenario`` is ``scenario/step``. ``at`` (ms) is when it happened, 0 for when it is told.
    ``hashed`` stands for an address that is known by its hash only; ``topic`` is the message's.
    ``answer`` is what a receiver answered, as JSON. ``instead`` is to be sent in place of a message that
    was refused before it left.
    """

    key: str
    outcome: Outcome
    scenario: str
    channel: str
    address: str = ""
    code: str = ""
    reason: str = ""
    suppress: bool = False
    fingerprint: bytes = b""
    soft: int = 0
    template: str = ""
    at: int = 0
    url: str = ""
    bot: bool = False
    hashed: bytes = b""
    topic: str = ""
    answer: bytes = b""
    instead: Send | None = None


class ClaimAnswered(msgspec.Struct, frozen=True, array_like=True, tag="claimed"):
    """The directory's answer to this contact's claim; ``holder`` 0 means that the key is bound.

    ``since`` is the instant (ms) of the other holder's binding.
    """

    claim: Claim
    holder: int
    since: int = 0


class YieldAsked(msgspec.Struct, frozen=True, array_like=True, tag="yield"):
    """Known contact ``claimant`` claims a key of yours. Anonymous: merge into it. Known: let go of it.

    ``via`` is the contact that merged into you and sent the claimant on, 0 for none.
    """

    claim: Claim
    claimant: int
    via: int = 0


class YieldAnswered(msgspec.Struct, frozen=True, array_like=True, tag="yielded"):
    """``outcome``: merging (adoption follows) | released (a device key, rebind it) | kept | moved to ``to``

    | restored (itself again). ``by`` is the contact that answers.
    """

    claim: Claim
    outcome: Literal["merging", "released", "kept", "moved", "restored"]
    to: int = 0
    by: int = 0


class Adopted(msgspec.Struct, frozen=True, array_like=True, tag="adopt"):
    """Anonymous contact ``source`` merged into you: its encoded state and the messages it had queued.

    ``orders`` are keys of its earlier orders, which its state does not hold. ``shared`` are those of its
    orders that were among your own earlier ones.
    """

    source: int
    state: bytes
    sends: tuple[Send, ...] = ()
    orders: tuple[bytes, ...] = ()
    shared: tuple[bytes, ...] = ()


class AdoptionSettled(msgspec.Struct, frozen=True, array_like=True, tag="adoption"):
    """The survivor's answer: it adopted, or it had itself merged into ``to`` (offer there)."""

    to: int = 0


class Witnessed(msgspec.Struct, frozen=True, array_like=True, tag="witnessed"):
    """What contact ``source`` took under a key of yours (fingerprints): retries of it will come to you."""

    source: int
    seen: bytes


class LedOn(msgspec.Struct, frozen=True, array_like=True, tag="led"):
    """An event of this fingerprint reached you and names somebody else: a retry is led on as well."""

    fingerprint: bytes


class CompanyTold(msgspec.Struct, frozen=True, array_like=True, tag="told"):
    """What a contact told its company ``company``; consumed by the company. See ``effect.TellCompany``."""

    company: str
    contact: int
    at: int
    scores: dict[str, Standing] = {}
    attributes: dict[str, Any] = {}
    public: bool = False
    gone: bool = False


class CompanyLearned(msgspec.Struct, frozen=True, array_like=True, tag="learned"):
    """What a company told one of its contacts: the answer to a telling, and when it changes."""

    company: str
    attributes: dict[str, Any]


class TicketAsked(msgspec.Struct, frozen=True, array_like=True, tag="ticket"):
    """What a contact asked a quota, by hop ``number`` of host ``host``; consumed by the quota."""

    ask: AskTicket
    host: int
    number: int


class TicketAnswered(msgspec.Struct, frozen=True, array_like=True, tag="admitted"):
    """A quota's answer: run ``run`` may start from ``since`` to just before ``until`` (ms), 0 for not at all.

    ``most`` and ``per`` are the cap that this was given by.
    """

    scenario: str
    run: str
    since: int
    until: int
    most: int = 0
    per: str = ""

    @property
    def period(self) -> tuple[int, int, int, str]:
        return self.since, self.until, self.most, self.per


class Act(msgspec.Struct, frozen=True, array_like=True, tag="act"):
    """What an operator did to this contact. ``act``: set | exit | resume | merge (``value`` is whom) |

    join | quit (``subject`` is the list) | start (``subject`` is the scenario, ``value`` properties for it,

    ``label`` a start that reaches a contact once).
    """

    by: str
    act: Literal["set", "exit", "resume", "merge", "join", "quit", "start"]
    subject: str = ""
    value: Any = None
    label: str = ""


class Rebuilt(msgspec.Struct, frozen=True, array_like=True, tag="rebuilt"):
    """What was counted anew from the contact's log, by name, as the encoded contact ``state`` has it.

    Empty bytes for nothing. ``since`` is the instant (ms) from which on the log was there, 0 for all.
    """

    names: tuple[str, ...] = ()
    state: bytes = b""
    since: int = 0


class Stated(msgspec.Struct, frozen=True, array_like=True, tag="stated"):
    """What was said on consent by other ways than an event: a link followed (``by`` link), an operator.

    ``subject`` is ``channel`` or ``channel/topic``; ``key`` is the message whose link it was.
    """

    by: str
    subject: str
    status: Status | Literal["confirmed"]
    ip: str = ""
    key: str = ""
    note: str = ""


class Raised(msgspec.Struct, frozen=True, array_like=True, tag="raised"):
    """An operator offers this contact to sales by the hand-off ``handoff``."""

    by: str
    handoff: str
    reason: str


class Decided(msgspec.Struct, frozen=True, array_like=True, tag="decided"):
    """Somebody decided on the offer ``id``. A returned one may be raised again from ``until`` (ms) on."""

    by: str
    id: str
    decision: Decision
    reason: str = ""
    until: int = 0


class Unmerged(msgspec.Struct, frozen=True, array_like=True, tag="unmerged"):
    """The merge of ``source`` into you is undone by an operator: you are ``mine`` (encoded, with its shelf).

    ``other`` is what goes to the source; ``orders`` are keys of your earlier orders.
    """

    by: str
    source: int
    mine: bytes
    orders: tuple[bytes, ...]
    other: Half


class Restored(msgspec.Struct, frozen=True, array_like=True, tag="restored"):
    """You are itself again: ``source``, whose part you were, hands you your half."""

    source: int
    claim: Claim
    half: Half


HopMessage = (
    ClaimAnswered
    | YieldAsked
    | YieldAnswered
    | Adopted
    | AdoptionSettled
    | Witnessed
    | Restored
    | CompanyLearned
    | TicketAnswered
)
Message = (
    Event
    | TimerFired
    | Receipt
    | Act
    | Stated
    | Raised
    | Decided
    | Rebuilt
    | LedOn
    | Unmerged
    | HopMessage
)
Logged = Message | CompanyTold | TicketAsked
"""What a row of the log may hold: contacts consume messages, companies and quotas what they are told."""

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)
_any: msgspec.msgpack.Decoder[Logged] = msgspec.msgpack.Decoder(Logged)


def imprint_of(message: Message) -> bytes:
    """What it leaves in the ring of whoever consumed it, so that a retry is known; empty for nothing."""
    if isinstance(message, LedOn):
        return mark_of(message.fingerprint)
    return message.fingerprint if isinstance(message, Event | Receipt) else b""


def encode(message: Logged) -> bytes:
    return _encoder.encode(message)


def decode(raw: bytes) -> Message:
    """A contact's. Raises ``msgspec.ValidationError`` when the bytes are no message."""
    return _decoder.decode(raw)


def decode_row(raw: bytes) -> Logged:
    """Anybody's, as the log holds it. Raises ``msgspec.ValidationError``."""
    return _any.decode(raw)
