"""The steps ``tag`` and ``list``: values of a list attribute, and the contact's lists."""

from collections.abc import Iterable
from typing import Any

from engine.domain.intake import listing
from engine.domain.intake.turn import Turn
from engine.domain.language.action import Enlist, Tag
from engine.domain.profile.attribute import same
from engine.domain.profile.contact import Run
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.assigning import put
from engine.domain.runs.way import Way

MOST = 50
"""Values of one such attribute: of more the oldest go."""


def tag(turn: Turn, run: Run, plan: ScenarioPlan, step: Tag) -> Way:
    """What is no list so far becomes one; a value is in it once."""
    held = turn.contact.attributes.get(step.attribute)
    before = held if isinstance(held, list) else []
    after = [one for one in before if not _among(one, step.remove)]
    after = [*after, *(one for one in step.add if not _among(one, after))][-MOST:]
    if after != before:
        put(turn, step.attribute, after or None, run.id)
    return plan.following[step.id]


def _among(value: Any, others: Iterable[Any]) -> bool:
    return any(same(value, other) for other in others)


def enlist(turn: Turn, _run: Run, plan: ScenarioPlan, step: Enlist) -> Way:
    """The contact joins one, quits one, or both."""
    if step.quit is not None:
        listing.quit_(turn, step.quit)
    if step.join is not None:
        listing.join(turn, step.join)
    return plan.following[step.id]
