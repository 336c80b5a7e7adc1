"""Where a run goes from a step: a step's id or None (the end) says it; else it stays, or leaves."""

from collections.abc import Callable
from typing import Any, NamedTuple

from engine.domain.intake.turn import Turn
from engine.domain.profile.contact import Run
from engine.domain.rulebooks.scenario_plan import ScenarioPlan


class Stay(NamedTuple):
    """It waits where it stands, as this run."""

    run: Run


class Leave(NamedTuple):
    """It ends here, for this reason."""

    why: str


class Pass(NamedTuple):
    """It goes on and passes over the next send."""

    target: str | None


Way = str | None | Stay | Leave | Pass
Does = Callable[[Turn, Run, ScenarioPlan, Any], Way]
"""What a kind of step does when a run comes to it, or what its timer does when that is due."""
