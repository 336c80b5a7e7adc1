"""Steps that act and take no time, as an operator writes them."""

from typing import Annotated, Literal

import msgspec

from engine.domain.channel import Channel
from engine.domain.definition import Definition, Name, Scalar
from engine.domain.duration import Duration
from engine.domain.language.decision import Weight

Source = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(contact|event)(\.[^.\x00]+){1,8}$",
        max_length=200,
        description="contact.<attribute> or event.<property>",
    ),
]


class Straight(Definition, frozen=True, kw_only=True):
    """A step with one way on: to ``then``, else to the step below."""

    id: Name
    then: Name | None = None


class Fallback(Definition, frozen=True, kw_only=True):
    """What is sent instead when there is no address on the step's channel, or no consent for it.

    Also when that shows as the message is about to leave, or its address turns out to be suppressed.
    """

    channel: Channel
    template: Name
    topic: Name | None = None


class Send(Straight, frozen=True, kw_only=True, tag_field="do", tag="send"):
    """Send one message; the run goes on at once, whether it could be sent or not.

    ``topic``: what the contact must have consented to, when it is not the scenario's. ``variants``
    are templates with their weights, one of which is drawn for each contact, once.
    """

    channel: Channel
    template: Name | None = None
    variants: dict[Name, Weight] | None = None
    topic: Name | None = None
    fallback: Fallback | None = None


class Set(Straight, frozen=True, kw_only=True, tag_field="do", tag="set"):
    """Set an attribute of the contact; ``null`` removes it."""

    attribute: str
    to: Scalar | None


class Tag(Straight, frozen=True, kw_only=True, tag_field="do", tag="tag"):
    """Add values to an attribute that is a list, ``tags`` if no other is named, and remove some."""

    attribute: str = "tags"
    add: tuple[Scalar, ...] = ()
    remove: tuple[Scalar, ...] = ()


class Enlist(Straight, frozen=True, kw_only=True, tag_field="do", tag="list"):
    """Put the contact on a list of ``lists.yaml``, or take it off one, or both."""

    join: Name | None = None
    quit: Name | None = None


class Consenting(Straight, frozen=True, kw_only=True, tag_field="do", tag="topic"):
    """Unsubscribe the contact from a topic, or the whole channel; or ask whether it wants it.

    Asking sends the channel's double opt-in (``consent.yaml``). No scenario gives consent by itself.
    """

    channel: Channel
    topic: Name | None = None
    say: Literal["unsubscribe", "ask"]


class Points(Straight, frozen=True, kw_only=True, tag_field="do", tag="score"):
    """Give the contact points of a score, or take some; they fade as those that events give."""

    score: Name
    points: float


class HandOff(Straight, frozen=True, kw_only=True, tag_field="do", tag="handoff"):
    """Offer the contact to sales by a hand-off of ``team.yaml``; ``reason`` is what its owner reads."""

    handoff: Name
    reason: str = ""


class Webhook(Straight, frozen=True, kw_only=True, tag_field="do", tag="webhook"):
    """Call an endpoint of ``webhooks.yaml``. It is told the contact, the properties that the run began with,

    and what ``body`` names of both (``contact.plan``, ``event.cart_id``). With ``wait`` (or for how long) the
    run goes on when it has answered; to ``else`` when the call is given up, or the time is over.
    """

    webhook: Name
    body: dict[Name, Source] | None = None
    wait: bool | Duration = False
    else_: Name | None = msgspec.field(name="else", default=None)


class Start(Straight, frozen=True, kw_only=True, tag_field="do", tag="start"):
    """Start another scenario for this contact, as far as that one's own rules let it in."""

    scenario: Name


class Stop(Straight, frozen=True, kw_only=True, tag_field="do", tag="stop"):
    """End the contact's runs of another scenario."""

    scenario: Name


class Switch(Definition, frozen=True, kw_only=True, tag_field="do", tag="switch"):
    """End this run and start another scenario, as far as that one's own rules let the contact in."""

    id: Name
    scenario: Name


class Exit(Definition, frozen=True, kw_only=True, tag_field="do", tag="exit"):
    """End the run here."""

    id: Name


def templates_of(step: msgspec.Struct) -> tuple[str, ...]:
    """Every template that a step may send."""
    if not isinstance(step, Send):
        return ()
    first = (step.template,) if step.template else tuple(step.variants or ())
    return (*first, step.fallback.template) if step.fallback else first
