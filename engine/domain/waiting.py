"""The step ``wait``: its timer, and what a wait does that is overdue."""

import msgspec

from engine.domain.calendar import next_local, zone_of
from engine.domain.contact import Run, timer_of
from engine.domain.duration import milliseconds
from engine.domain.pause import Wait
from engine.domain.rulebook import ScenarioPlan
from engine.domain.turn import Turn
from engine.domain.way import Stay, Way


def wait(turn: Turn, run: Run, _plan: ScenarioPlan, step: Wait) -> Way:
    """Arm the timer; a local time remembers from when on it was wanted."""
    due = turn.now + (milliseconds(step.for_) if step.for_ else 0)
    if step.at is None:
        turn.contact.timers[timer_of(run)] = due
        return Stay(run)
    zone = zone_of(turn.contact, turn.rulebook.zone)
    turn.contact.timers[timer_of(run)] = next_local(due, step.at, zone)
    return Stay(msgspec.structs.replace(run, local=due))


def rezone(turn: Turn) -> None:
    """The contact's zone may have changed: waits for a local time aim anew."""
    zone = zone_of(turn.contact, turn.rulebook.zone)
    for run in turn.contact.runs:
        step = turn.rulebook.scenario(run.scenario, run.version).steps[run.step]
        if run.local and isinstance(step, Wait) and step.at is not None:
            since = max(run.local, turn.now)
            turn.contact.timers[timer_of(run)] = next_local(since, step.at, zone)
