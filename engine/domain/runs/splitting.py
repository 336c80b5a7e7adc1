"""The step ``split``: chance chooses the way, for each contact once."""

from engine.domain.intake.turn import Turn
from engine.domain.language.decision import Split
from engine.domain.profile.contact import Run
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.arm import draw
from engine.domain.runs.way import Way


def split(turn: Turn, run: Run, plan: ScenarioPlan, step: Split) -> Way:
    """The fact ``arm`` counts how many go each way."""
    subject = f"{run.scenario}/{step.id}"
    arm = draw(turn, subject, {name: one.weight for name, one in step.arms.items()})
    turn.note("arm", f"{subject}:{arm}", run.id)
    return step.arms[arm].then or plan.following[step.id]
