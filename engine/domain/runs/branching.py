"""The step ``branch``: the first condition that holds chooses the way."""

from engine.domain.intake.turn import Turn
from engine.domain.language.decision import Branch
from engine.domain.profile.contact import Run
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.way import Stay, Way


def branch(turn: Turn, run: Run, plan: ScenarioPlan, step: Branch) -> Way:
    """While an answer that matters is being rebuilt the run waits."""
    for case in plan.cases[step.id]:
        holds = case.holds(turn.contact, run, turn.now)
        if holds is None:
            return Stay(run)
        if holds:
            return case.then or plan.following[step.id]
    return step.else_ or plan.following[step.id]
