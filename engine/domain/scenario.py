"""Scenarios as an operator writes them: trigger, steps, goal. ``run`` walks them."""

from typing import Annotated, Any, Literal

import msgspec

from engine.domain.channel import Channel
from engine.domain.condition import Condition, Where
from engine.domain.definition import Definition, Name, Scalar
from engine.domain.duration import Duration

LocalTime = Annotated[
    str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="local time, HH:MM")
]


class Moment(Definition, frozen=True, kw_only=True):
    """Something that happens: an event (``where`` its properties fit), or a segment entered or left."""

    event: str | None = None
    where: Where | None = None
    enters: Name | None = None
    leaves: Name | None = None


class Reentry(Definition, frozen=True, kw_only=True):
    """How often one contact may start the scenario again; never twice at the same time."""

    once_per: Duration


class Wait(Definition, frozen=True, kw_only=True, tag_field="do", tag="wait"):
    """Wait for a duration, or until a local time of the contact, or both (the first such time after).

    ``late``: what to do when the engine was down for more than the workspace's ``late`` past the
    due moment: ``send`` goes on as if in time, ``skip`` passes over the next send, ``exit`` ends the run.
    """

    id: Name
    for_: Duration | None = msgspec.field(name="for", default=None)
    at: LocalTime | None = None
    late: Literal["send", "skip", "exit"] = "send"


class WaitFor(Definition, frozen=True, kw_only=True, tag_field="do", tag="wait_for"):
    """Wait until something happens, then go to ``then``; when ``timeout`` passes first, to ``else``."""

    id: Name
    event: str | None = None
    where: Where | None = None
    enters: Name | None = None
    leaves: Name | None = None
    timeout: Duration | None = None
    then: Name | None = None
    else_: Name | None = msgspec.field(name="else", default=None)


class Send(Definition, frozen=True, kw_only=True, tag_field="do", tag="send"):
    """Send one message; the run goes on at once, whether it could be sent or not.

    ``topic``: what the contact must have consented to, when it is not the scenario's.
    """

    id: Name
    channel: Channel
    template: Name
    topic: Name | None = None


class Branch(Definition, frozen=True, kw_only=True, tag_field="do", tag="branch"):
    """Go to ``then`` if the condition holds now, else to ``else``; a missing one means the next step."""

    id: Name
    if_: Condition = msgspec.field(name="if")
    then: Name | None = None
    else_: Name | None = msgspec.field(name="else", default=None)


class Set(Definition, frozen=True, kw_only=True, tag_field="do", tag="set"):
    """Set an attribute of the contact; ``null`` removes it."""

    id: Name
    attribute: str
    to: Scalar | None


class Exit(Definition, frozen=True, kw_only=True, tag_field="do", tag="exit"):
    """End the run here."""

    id: Name


Step = Wait | WaitFor | Send | Branch | Set | Exit


class Scenario(Definition, frozen=True, kw_only=True):
    """``version`` is given at publication: it goes up by one when the definition changed.

    ``topic`` is what its marketing is about, one of ``consent.yaml``.
    """

    scenario: Name
    title: str = ""
    topic: Name | None = None
    trigger: Moment
    reentry: Literal["never", "always"] | Reentry = "always"
    goal: Moment | None = None
    exits: tuple[Moment, ...] = ()
    steps: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=200)]
    version: int = 0


def as_plain(scenario: Scenario) -> dict[str, Any]:
    """The definition without its version: what is compared to see whether it changed."""
    plain: dict[str, Any] = msgspec.to_builtins(scenario)
    plain.pop("version", None)
    return plain
