"""The step ``handoff``: the contact is offered to sales."""

from engine.domain.handoffs.handoff import offer
from engine.domain.intake.turn import Turn
from engine.domain.language.action import HandOff
from engine.domain.profile.contact import Run
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.way import Way


def hand_off(turn: Turn, _run: Run, plan: ScenarioPlan, step: HandOff) -> Way:
    """Without a reason of its own the scenario is the reason."""
    offer(turn, step.handoff, step.reason or plan.scenario.title or plan.name)
    return plan.following[step.id]
