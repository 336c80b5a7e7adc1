"""Steps that act and take no time, as an operator writes them."""

from engine.domain.channel import Channel
from engine.domain.definition import Definition, Name, Scalar


class Send(Definition, frozen=True, kw_only=True, tag_field="do", tag="send"):
    """Send one message; the run goes on at once, whether it could be sent or not.

    ``topic``: what the contact must have consented to, when it is not the scenario's.
    """

    id: Name
    channel: Channel
    template: Name
    topic: Name | None = None


class Set(Definition, frozen=True, kw_only=True, tag_field="do", tag="set"):
    """Set an attribute of the contact; ``null`` removes it."""

    id: Name
    attribute: str
    to: Scalar | None


class HandOff(Definition, frozen=True, kw_only=True, tag_field="do", tag="handoff"):
    """Offer the contact to sales by a hand-off of ``team.yaml``; ``reason`` is what its owner reads."""

    id: Name
    handoff: Name
    reason: str = ""


class Exit(Definition, frozen=True, kw_only=True, tag_field="do", tag="exit"):
    """End the run here."""

    id: Name
