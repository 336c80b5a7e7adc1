"""Steps that choose the way, as an operator writes them."""

from typing import Annotated

import msgspec

from engine.domain.definition import Definition, Name
from engine.domain.language.condition import Condition, Where

Weight = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]


class Case(Definition, frozen=True, kw_only=True):
    """One way of a branch, taken when its condition holds, or when the last webhook's answer fits."""

    if_: Condition | None = msgspec.field(name="if", default=None)
    answer: Where | None = None
    then: Name | None = None


class Branch(Definition, frozen=True, kw_only=True, tag_field="do", tag="branch"):
    """Go to ``then`` if the condition holds now, else to ``else``; a missing one means the next step.

    ``when`` names several ways instead of ``if``: the first whose condition holds is taken. ``answer``
    in place of ``if`` asks about the last webhook's answer.
    """

    id: Name
    if_: Condition | None = msgspec.field(name="if", default=None)
    then: Name | None = None
    when: Annotated[tuple[Case, ...], msgspec.Meta(min_length=1, max_length=20)] | None = None
    else_: Name | None = msgspec.field(name="else", default=None)
    answer: Where | None = None


class Arm(Definition, frozen=True, kw_only=True):
    """One way of a split; the weights of all ways tell the shares."""

    weight: Weight
    then: Name | None = None


class Split(Definition, frozen=True, kw_only=True, tag_field="do", tag="split"):
    """Send each contact one of several ways, drawn once: it goes the same way every time."""

    id: Name
    arms: dict[Name, Arm]
