"""The step ``handoff``: the contact is offered to sales."""

from engine.domain.action import HandOff
from engine.domain.contact import Run
from engine.domain.handoff import offer
from engine.domain.scenario_plan import ScenarioPlan
from engine.domain.turn import Turn
from engine.domain.way import Way


def hand_off(turn: Turn, _run: Run, plan: ScenarioPlan, step: HandOff) -> Way:
    """Without a reason of its own the scenario is the reason."""
    offer(turn, step.handoff, step.reason or plan.scenario.title or plan.name)
    return plan.following[step.id]
