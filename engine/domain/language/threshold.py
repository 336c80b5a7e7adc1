"""Thresholds: a score that crosses a bound puts the contact into a segment, and does something about it.

The segment has the threshold's name, so scenarios (``enters: hot``, ``leaves: hot``) and conditions
(``segment: hot``) ask about it as about any other. ``do`` and ``undo`` are scenarios of their own.
"""

from typing import Annotated

import msgspec

from engine.domain.definition import Definition, Name
from engine.domain.language.condition import Condition
from engine.domain.language.scenario import Scenario, Step
from engine.domain.language.segment import Segment
from engine.domain.language.trigger import Trigger

Steps = Annotated[tuple[Step, ...], msgspec.Meta(max_length=200)]
UNDO = "_undo"
"""What the name of the scenario that ``undo`` makes ends in."""


class Threshold(Definition, frozen=True, kw_only=True):
    """Crossed at ``above`` or ``below``; crossed back at ``until_below`` or ``until_above``, else there too.

    ``do`` is done each time it is crossed, ``undo`` each time it is crossed back; by time too, at the
    exact instant.
    """

    threshold: Name
    title: str = ""
    score: Name
    above: float | None = None
    until_below: float | None = None
    below: float | None = None
    until_above: float | None = None
    do: Steps = ()
    undo: Steps = ()


def segment_of(threshold: Threshold) -> Segment:
    score = threshold.score
    if threshold.above is not None:
        enters = Condition(score=score, over=threshold.above)
        back = threshold.until_below
        stays = None if back is None else Condition(score=score, at_least=back)
    else:
        enters = Condition(score=score, under=threshold.below)
        back = threshold.until_above
        stays = None if back is None else Condition(score=score, at_most=back)
    return Segment(
        segment=threshold.threshold, title=threshold.title, condition=enters, stays=stays
    )


def scenarios_of(threshold: Threshold) -> dict[str, Scenario]:
    """What crossing it starts: ``do`` and ``undo``, as far as they are written."""
    name, found = threshold.threshold, {}
    if threshold.do:
        found["do"] = Scenario(
            scenario=name, title=threshold.title, trigger=Trigger(enters=name), steps=threshold.do
        )
    if threshold.undo:
        found["undo"] = Scenario(
            scenario=f"{name}{UNDO}",
            title=threshold.title,
            trigger=Trigger(leaves=name),
            steps=threshold.undo,
        )
    return found
