"""Moments as an operator writes them: something that happens, and may be waited for."""

from typing import Literal

from engine.domain.condition import Where
from engine.domain.definition import Definition, Name
from engine.domain.receipt import Happening, Of

Becomes = Literal["raised", "reminded", "escalated", "accepted", "returned", "rejected"]


class Moment(Definition, frozen=True, kw_only=True):
    """Something that happens: an event (``where`` its properties fit), a segment entered or left, a list

    joined or quit, a ``stage`` of the lifecycle reached, what a hand-off ``becomes``, or what becomes of
    a ``message`` (``of`` which ones, with ``bots`` what machines do counts too).
    """

    event: str | None = None
    where: Where | None = None
    enters: Name | None = None
    leaves: Name | None = None
    joins: Name | None = None
    quits: Name | None = None
    handoff: Name | None = None
    becomes: Becomes | None = None
    message: Happening | None = None
    of: Of | None = None
    bots: bool | None = None
    stage: Name | None = None


CROSSINGS = ("enters", "leaves", "joins", "quits", "stage")
"""What names a segment, a list or a stage."""


def is_moment(one: Moment) -> bool:
    """Whether it names something that happens; some that may hold a condition instead do not."""
    return any(getattr(one, name) is not None for name in Moment.__struct_fields__)
