"""Moments as an operator writes them: something that happens, and may be waited for."""

from typing import Literal

import msgspec

from engine.domain.definition import Definition, Name, Scalar
from engine.domain.language.condition import Comparison, Path, Where
from engine.domain.language.receipt import Happening, Of

Becomes = Literal["raised", "reminded", "escalated", "accepted", "returned", "rejected"]


class Moment(Definition, frozen=True, kw_only=True):
    """Something that happens: an event (``where`` its properties fit), a segment entered or left, a list

    joined or quit, a ``stage`` of the lifecycle reached (``from`` which), what a hand-off ``becomes``, what
    becomes of a ``message`` (``of`` which ones, with ``bots`` what machines do counts too), or an attribute
    that ``changes`` (``to`` what, ``from`` what).
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
    changes: Path | None = None
    to: Comparison | Scalar | None = None
    from_: Comparison | Scalar | None = msgspec.field(name="from", default=None)


CROSSINGS = ("enters", "leaves", "joins", "quits", "stage")
"""What names a segment, a list or a stage."""


def is_moment(one: Moment) -> bool:
    """Whether it names something that happens; some that may hold a condition instead do not."""
    return any(getattr(one, name) is not None for name in Moment.__struct_fields__)
