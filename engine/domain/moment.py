"""Moments as an operator writes them: something that happens, and may be waited for."""

from typing import Literal

from engine.domain.condition import Where
from engine.domain.definition import Definition, Name

Becomes = Literal["raised", "reminded", "escalated", "accepted", "returned", "rejected"]


class Moment(Definition, frozen=True, kw_only=True):
    """Something that happens: an event (``where`` its properties fit), a segment entered or left, a list

    joined or quit, or what a hand-off ``becomes``.
    """

    event: str | None = None
    where: Where | None = None
    enters: Name | None = None
    leaves: Name | None = None
    joins: Name | None = None
    quits: Name | None = None
    handoff: Name | None = None
    becomes: Becomes | None = None


CROSSINGS = ("enters", "leaves", "joins", "quits")
"""What names a segment or a list."""
