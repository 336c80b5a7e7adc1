"""The step ``split``: chance chooses the way, for each contact once."""

from engine.domain.arm import draw
from engine.domain.contact import Run
from engine.domain.decision import Split
from engine.domain.scenario_plan import ScenarioPlan
from engine.domain.turn import Turn
from engine.domain.way import Way


def split(turn: Turn, run: Run, plan: ScenarioPlan, step: Split) -> Way:
    """The fact ``arm`` counts how many go each way."""
    subject = f"{run.scenario}/{step.id}"
    arm = draw(turn, subject, {name: one.weight for name, one in step.arms.items()})
    turn.note("arm", f"{subject}:{arm}", run.id)
    return step.arms[arm].then or plan.following[step.id]
