"""Specs as an author writes them: what happens to somebody, how time passes, and what is to come of it."""

from typing import Annotated, Any, Literal

import msgspec

from engine.domain.channel import Channel
from engine.domain.definition import Definition, Name
from engine.domain.duration import Duration
from engine.domain.language.condition import Condition, Instant
from engine.domain.language.receipt import Of
from engine.domain.profile.consent import Status

Item = dict[str, Any]
"""An item as services push it: ``{event: Order Completed, properties: {...}}``, ``{type: identify, ...}``;

or what becomes of a message that was sent before, as ``Became`` has it: ``{message: opened}``;
or how an endpoint answers from now on, as ``Answering`` has it: ``{webhook: crm, answers: {grade: A}}``.
"""


class Became(Definition, frozen=True, kw_only=True):
    """What becomes of the latest message sent that ``of`` fits. ``confirmed``: its double opt-in is.

    ``url`` is where the link led that was clicked, ``machine``: no person opened or clicked it,
    ``soft``: it bounced and may arrive another time.
    """

    message: Literal[
        "delivered", "opened", "clicked", "bounced", "complained", "unsubscribed", "confirmed"
    ]
    of: Of = Of()
    url: str = ""
    machine: bool = False
    soft: bool = False


class Answering(Definition, frozen=True, kw_only=True):
    """What an endpoint answers to whatever calls it from now on; ``fails``: calls to it are given up."""

    webhook: Name
    answers: dict[str, Any] | None = None
    fails: bool = False


class Someone(Definition, frozen=True, kw_only=True):
    """Who the story is about. ``id`` is what the draws of splits and lots hash."""

    id: Annotated[int, msgspec.Meta(ge=1)] = 1
    attributes: dict[str, Any] | None = None
    consents: dict[str, Status] | None = None
    zone: str = ""


class Expected(Definition, frozen=True, kw_only=True):
    """A message: its template, and as much of the rest as is told. ``at`` is when it may leave."""

    send: Name
    channel: Channel | None = None
    at: Instant | None = None
    to: str | None = None
    subject: str | None = None
    contains: tuple[str, ...] = ()


class Chapter(Definition, frozen=True, kw_only=True):
    """One of: ``given`` events and receipts, ``when`` so much time passes, ``then`` these messages

    since the last ``then`` and no others, in their order; or a condition that ``holds`` at that moment.
    """

    given: tuple[Item, ...] | None = None
    when: Duration | None = None
    then: tuple[Expected, ...] | None = None
    holds: Condition | None = None


class Spec(Definition, frozen=True, kw_only=True):
    """An example that the definitions have to live up to."""

    spec: str
    begins: Instant
    contact: Someone = Someone()
    story: Annotated[tuple[Chapter, ...], msgspec.Meta(min_length=1)]
