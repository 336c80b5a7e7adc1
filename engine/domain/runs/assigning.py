"""Attributes that change: by the step ``set``, a source, an operator. Each change is a moment (``changes``)."""

from typing import Any

import msgspec

from engine.domain.intake import statement
from engine.domain.intake.turn import Turn
from engine.domain.language.action import Set
from engine.domain.profile.attribute import MISFIT, is_flag, misfit, set_attribute, unchanged
from engine.domain.profile.contact import Run
from engine.domain.rulebooks.moment_plan import CHANGES
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.waiting import reaim
from engine.domain.runs.way import Way


def assign(turn: Turn, run: Run, plan: ScenarioPlan, step: Set) -> Way:
    if not unchanged(turn.contact.attributes.get(step.attribute), step.to):
        put(turn, step.attribute, step.to, run.id)
    return plan.following[step.id]


def put(turn: Turn, name: str, value: Any, by: str, *, live: bool = True) -> None:
    """Change an attribute; ``by`` is a source, an operator, a run or a reason. A misfit changes nothing.

    Scenarios react to what is ``live``.
    """
    if is_flag(name):
        statement.put_flag(turn, name, value, by)
        return
    expected = turn.rulebook.attributes.get(name)
    why = misfit(expected, value) if expected else ""
    if why:
        turn.note(MISFIT, name, why)
        return
    held = turn.contact.attributes.get(name)
    set_attribute(turn.contact, name, value)
    turn.note("changed", name, [value, by])
    turn.changed(name)
    if turn.contact.runs:
        reaim(turn, name)
    if (CHANGES, name) in turn.rulebook.heard and not unchanged(held, value):
        _changes(turn, name, held, value, live=live)


def _changes(turn: Turn, name: str, held: Any, value: Any, *, live: bool) -> None:
    """A run that begins with it knows both as ``event.from`` and ``event.to``."""
    if turn.contact.trouble:
        return
    told = {"attribute": name, "from": held, "to": value}
    live = live and not turn.quiet
    turn.happened(CHANGES, name, live=live, properties=msgspec.json.encode(told))
