"""The step ``branch``: the first condition that holds chooses the way."""

from engine.domain.contact import Run
from engine.domain.decision import Branch
from engine.domain.scenario_plan import ScenarioPlan
from engine.domain.turn import Turn
from engine.domain.way import Stay, Way


def branch(turn: Turn, run: Run, plan: ScenarioPlan, step: Branch) -> Way:
    """While an answer that matters is being rebuilt the run waits."""
    for case in plan.cases[step.id]:
        holds = case.holds(turn.contact, run, turn.now)
        if holds is None:
            return Stay(run)
        if holds:
            return case.then or plan.following[step.id]
    return step.else_ or plan.following[step.id]
