"""Receipts as definitions ask for them: ``message: opened`` and what qualifies it, as an event.

What becomes of a message is an event about the contact (see ``activity``) under a reserved name, so
whatever asks about events asks about messages too. This is the short form that operators write.
"""

from typing import TYPE_CHECKING, Literal, Protocol, get_args

from engine.domain.channel import Channel
from engine.domain.definition import Definition, Name

if TYPE_CHECKING:
    from engine.domain.language.condition import Where

Happening = Literal[
    "sent", "delivered", "opened", "clicked", "bounced", "complained", "unsubscribed"
]
EVENTS: dict[str, str] = {what: f"Message {what.title()}" for what in get_args(Happening)}
NAMES = frozenset(EVENTS.values())
"""Event names that only the engine gives: no service may push them."""
BY_MACHINES = frozenset({"opened", "clicked"})
"""What mail scanners and proxies do as well as people."""


class Of(Definition, frozen=True, kw_only=True):
    """Which messages are meant; every key given must fit."""

    template: Name | None = None
    scenario: Name | None = None
    step: Name | None = None
    channel: Channel | None = None


class Asks(Protocol):
    """A condition, a score rule or a moment that asks about an event, or about messages."""

    @property
    def event(self) -> str | None: ...
    @property
    def message(self) -> Happening | None: ...
    @property
    def of(self) -> Of | None: ...
    @property
    def bots(self) -> bool | None: ...
    @property
    def where(self) -> "Where | None": ...


def event_of(asks: Asks) -> str:
    """The name of the event that is asked about, "" for none."""
    return EVENTS[asks.message] if asks.message is not None else asks.event or ""


def where_of(asks: Asks) -> "Where | None":
    """What its properties must be."""
    if asks.message is None:
        return asks.where
    return about(asks.message, asks.of, asks.where, bots=bool(asks.bots))


def about(what: Happening, of: Of | None, where: "Where | None", *, bots: bool) -> "Where | None":
    """``of`` and ``bots`` as properties; what people did only, unless machines count too."""
    asked: Where = {}
    for name in Of.__struct_fields__ if of is not None else ():
        wanted = getattr(of, name)
        if wanted is not None:
            asked[name] = wanted
    if what in BY_MACHINES and not bots:
        asked["bot"] = False
    return {**asked, **(where or {})} or None
