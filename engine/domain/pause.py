"""Steps that take time, as an operator writes them."""

from typing import Annotated, Literal

import msgspec

from engine.domain.action import Straight
from engine.domain.definition import Name
from engine.domain.duration import Duration
from engine.domain.moment import Moment

LocalTime = Annotated[
    str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="local time, HH:MM")
]


class Wait(Straight, frozen=True, kw_only=True, tag_field="do", tag="wait"):
    """Wait for a duration, or until a local time of the contact, or both (the first such time after).

    ``late``: what to do when the engine was down for more than the workspace's ``late`` past the
    due moment: ``send`` goes on as if in time, ``skip`` passes over the next send, ``exit`` ends the run.
    """

    for_: Duration | None = msgspec.field(name="for", default=None)
    at: LocalTime | None = None
    late: Literal["send", "skip", "exit"] = "send"


class WaitFor(Moment, frozen=True, kw_only=True, tag_field="do", tag="wait_for"):
    """Wait until something happens, then go to ``then``; when ``timeout`` passes first, to ``else``."""

    id: Name
    timeout: Duration | None = None
    then: Name | None = None
    else_: Name | None = msgspec.field(name="else", default=None)
