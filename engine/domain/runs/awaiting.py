"""The steps ``wait_for`` and ``digest``: until something happens, or until their time is over."""

import msgspec

from engine.domain.duration import milliseconds
from engine.domain.intake.turn import Happened, Turn
from engine.domain.language.pause import Digest, WaitFor
from engine.domain.profile.contact import Run, timer_of
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs.way import Stay, Way

COLLECTED = 2_048
"""Bytes of properties that one digest holds; what comes beyond is counted only."""

replace = msgspec.structs.replace


def wait_for(turn: Turn, run: Run, plan: ScenarioPlan, step: WaitFor) -> Way:
    """A condition that holds already is met at once."""
    for holds, then in plan.watched.get(step.id, ()):
        if holds(turn.contact, turn.now)[0]:
            return then or plan.following[step.id]
    if step.timeout:
        turn.contact.timers[timer_of(run)] = run.since + milliseconds(step.timeout)
    return Stay(run)


def time_out(turn: Turn, run: Run, plan: ScenarioPlan, step: WaitFor) -> Way:
    """It did not happen in time; or it did, in a pause."""
    if run.heard is not None:
        then = run.heard[1]
        return then if then in plan.steps else plan.following[step.id]
    turn.note("timed_out", f"{run.scenario}/{run.step}")
    return step.else_ or plan.following[step.id]


def go_on(turn: Turn, run: Run, plan: ScenarioPlan, step: WaitFor) -> Way:
    """After a pause, or in another version: what came first counts, the end of its time or what it heard."""
    over = run.since + milliseconds(step.timeout) if step.timeout else None
    if run.heard is not None and (over is None or run.heard[0] <= over):
        turn.contact.timers[timer_of(run)] = run.heard[0]
        return Stay(run)
    fresh = replace(run, heard=None)
    return Stay(fresh) if over is None else wait_for(turn, fresh, plan, step)


def digest(turn: Turn, run: Run, plan: ScenarioPlan, step: Digest) -> Way:
    """Begin to collect, with the event that brought the run here if that is one."""
    turn.contact.timers[timer_of(run)] = turn.now + milliseconds(step.for_)
    [(moment, _then)] = plan.awaited[step.id]
    fresh = replace(run, digest=b"", left=0)
    if run.entered != turn.now or plan.trigger.name != moment.name or plan.trigger.kind != "event":
        return Stay(fresh)
    told = msgspec.json.decode(run.event) if run.event else {}
    fits = moment.matches is None or moment.matches(told)
    return Stay(with_item(fresh, run.event) if fits else fresh)


def hear(
    run: Run, then: str | None, plan: ScenarioPlan, moment: Happened, *, paused: bool = False
) -> Way:
    """What a run waits for has come: a digest collects it, the others go on, after a pause when in one."""
    if isinstance(plan.steps[run.step], Digest):
        event = moment.event
        return Stay(with_item(run, event.properties) if event else run)
    target = then or plan.following[run.step]
    if paused:
        return Stay(replace(run, heard=run.heard or (moment.at, target)))
    return target


def with_item(run: Run, properties: bytes) -> Run:
    """One event more."""
    items = run.digest + (b"," if run.digest else b"") + (properties or b"{}")
    if len(items) > COLLECTED:
        return replace(run, left=run.left + 1)
    return replace(run, digest=items)
