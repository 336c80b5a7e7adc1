"""Sending: host -> Sender -> channel, and what providers tell us afterwards."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, runtime_checkable

import msgspec

from engine.domain.effect import Send
from engine.domain.intake.notice import Inbound, Notice


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
    ``answer`` is what the receiver answered, as JSON.
    """

    key: str
    outcome: Literal["sent", "failed", "unknown", "deferred"]
    reply: str = ""
    reason: str = ""
    suppress: bool = False
    absent: bool = False  # with deferred: it left, and its provider surely does not have it
    retry_after: int = 0
    attempts: int = 0
    answer: bytes = b""


class SenderPort(Protocol):
    """A Sender as a host sees it. Bytes are msgpack lists of Delivery / Outcome."""

    async def offer(self, host: str, deliveries: bytes) -> int:
        """Hand over; answer the credit left for this host. A key offered twice is one message."""
        ...

    async def outcomes(
        self, host: str, acknowledged: list[str], *, wait: bool = True
    ) -> tuple[bytes, int]:
        """Outcomes not yet acknowledged (``wait``: up to a second for one) and the credit left.

        An outcome comes again until its key is acknowledged, which a host does after its commit.
        """
        ...

    async def caught_up(self, host: str) -> None:
        """The host has offered again all that it had handed over before: from here on nothing of it is
        in doubt that is not in the Sender's own memory."""
        ...

    async def publish(self, version: int, definitions: bytes, pepper: bytes = b"") -> None:
        """Templates of a new rulebook; ``pepper`` is what the keys of links are made from."""
        ...

    async def pause(self, channel: str, paused: bool) -> None: ...

    async def status(self) -> dict[str, Any]:
        """In hand, sent since start, breaker state per route."""
        ...


class Rendered(msgspec.Struct, frozen=True):
    """A message ready to leave. ``headers`` are the channel's business; ``text`` is always there.

    ``unsubscribe`` is the link that ends what it is about, "" where there is none. ``tracking``: opens
    and clicks may be recorded; else links stay bare and nothing is added that would tell.
    """

    key: str
    message_id: str
    address: str
    subject: str
    text: str
    html: str
    marketing: bool
    at: int
    unsubscribe: str = ""
    tracking: bool = False


class Answered(str):
    """A receiver's reply with what it answered: ``answer`` is JSON, empty when it was none."""

    __slots__ = ("answer",)
    answer: bytes

    def __new__(cls, reply: str, answer: bytes) -> "Answered":
        made = super().__new__(cls, reply)
        made.answer = answer
        return made


@runtime_checkable
class Disabled(Protocol):
    """A channel whose receiver may say that it wants nothing more, until an operator asks again."""

    disabled: bool


class Channel(Protocol):
    """A way to reach a contact. ``send`` raises Refused, Deferred, RouteDown or Unsure."""

    @property
    def name(self) -> str: ...

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


class Whose(NamedTuple):
    """A person, as far as what was sent tells."""

    contacts: Sequence[int]
    addresses: Sequence[str]


@runtime_checkable
class Keeping(Protocol):
    """A channel that keeps what it sent where we can reach it."""

    async def forget(self, whose: Sequence[Whose]) -> list[int]:
        """Delete what was sent to their addresses, or to anybody about their contacts; how many of each."""
        ...

    async def kept(
        self, contacts: Sequence[int], addresses: Sequence[str]
    ) -> list[tuple[str, bytes]]:
        """(name, whole message) of each of those."""
        ...


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
