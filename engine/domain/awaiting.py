"""The step ``wait_for``: until something happens, or its time is over."""

from engine.domain.contact import Run, timer_of
from engine.domain.duration import milliseconds
from engine.domain.pause import WaitFor
from engine.domain.rulebook import ScenarioPlan
from engine.domain.turn import Turn
from engine.domain.way import Stay, Way


def wait_for(turn: Turn, run: Run, _plan: ScenarioPlan, step: WaitFor) -> Way:
    if step.timeout:
        turn.contact.timers[timer_of(run)] = turn.now + milliseconds(step.timeout)
    return Stay(run)


def time_out(turn: Turn, run: Run, plan: ScenarioPlan, step: WaitFor) -> Way:
    """It did not happen in time."""
    turn.note("timed_out", f"{run.scenario}/{run.step}")
    return step.else_ or plan.following[step.id]
