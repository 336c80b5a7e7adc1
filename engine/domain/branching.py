"""The step ``branch``: a condition chooses the way."""

from engine.domain.contact import Run
from engine.domain.decision import Branch
from engine.domain.rulebook import ScenarioPlan
from engine.domain.turn import Turn
from engine.domain.way import Stay, Way


def branch(turn: Turn, run: Run, plan: ScenarioPlan, step: Branch) -> Way:
    """While the answer is being rebuilt the run waits."""
    holds, _flips = plan.branches[step.id](turn.contact, turn.now)
    if holds is None:
        return Stay(run)
    return (step.then if holds else step.else_) or plan.following[step.id]
