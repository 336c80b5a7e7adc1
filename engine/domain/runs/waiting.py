"""The step ``wait``: its timer, and what a wait does that is overdue."""

import msgspec

from engine.domain.duration import milliseconds
from engine.domain.intake.turn import Turn
from engine.domain.language.pause import Wait
from engine.domain.profile.calendar import ZONE_ATTRIBUTE, zone_of
from engine.domain.profile.contact import Run, timer_of
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.aim import aimed, is_calendar
from engine.domain.runs.way import Leave, Pass, Stay, Way


def wait(turn: Turn, run: Run, plan: ScenarioPlan, step: Wait) -> Way:
    """Arm the timer; a date that is past is not waited for."""
    run, due = _due(turn, run, step)
    if is_calendar(step) and (due < turn.now or (due == turn.now and step.at is None)):
        return _on(turn, plan, step, due)
    turn.contact.timers[timer_of(run)] = due
    return Stay(run)


def arm(turn: Turn, run: Run, step: Wait) -> Run:
    """Of a run that waits here already: also for a moment that is past, which is then worked off in turn."""
    run, turn.contact.timers[timer_of(run)] = _due(turn, run, step)
    return run


def _due(turn: Turn, run: Run, step: Wait) -> tuple[Run, int]:
    """From when the run came here; what depends on the calendar remembers from when on it was wanted.

    A local time is not met twice by one run at one instant, or its loop would never end.
    """
    if not is_calendar(step):
        return run, run.since + milliseconds(step.for_ or "0s")
    since = run.since + (milliseconds(step.for_) if step.for_ else 0)
    if step.at and since == run.since and run.visits > 1:
        since += 1
    zone = zone_of(turn.contact, turn.rulebook.zone)
    return msgspec.structs.replace(run, local=since), aimed(step, turn.contact, zone, since)


def over(turn: Turn, run: Run, plan: ScenarioPlan, step: Wait) -> Way:
    """Its timer is due."""
    return _on(turn, plan, step, turn.contact.timers[timer_of(run)])


def _on(turn: Turn, plan: ScenarioPlan, step: Wait, due: int) -> Way:
    """Overdue by more than ``late`` it follows its policy; a date that was past from the start too."""
    following = plan.following[step.id]
    if step.late == "send" or turn.now - due <= turn.rulebook.late:
        return following
    return Leave("late") if step.late == "exit" else Pass(following)


def reaim(turn: Turn, name: str = ZONE_ATTRIBUTE) -> None:
    """This attribute may have changed: waits that aim by it do so anew."""
    for run in turn.contact.runs:
        step = turn.rulebook.plan_of(run).steps[run.step]
        if run.local and isinstance(step, Wait) and timer_of(run) in turn.contact.timers:
            if name not in (ZONE_ATTRIBUTE, str(step.date).partition(".")[0]):
                continue
            since = max(run.local, turn.now)
            zone = zone_of(turn.contact, turn.rulebook.zone)
            turn.contact.timers[timer_of(run)] = aimed(step, turn.contact, zone, since)
