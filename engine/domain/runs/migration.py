"""Migration: a contact's runs come to the versions that are meant for them, and wait there anew.

It reads nothing but the run, the contact and the rulebook, and does nothing when it is done again.
What a run has done under an earlier version it does not do again, unless that one would have too.
"""

import msgspec

from engine.domain.conditions.lot import number_in
from engine.domain.duration import milliseconds
from engine.domain.intake.turn import Turn
from engine.domain.language.action import Webhook
from engine.domain.language.decision import Branch
from engine.domain.language.exitway import ahead
from engine.domain.language.pause import Digest, Wait, WaitFor
from engine.domain.profile.contact import Run, timer_of
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.rulebooks.succession import Heir
from engine.domain.runs import awaiting, calling, waiting
from engine.domain.runs import run as runs
from engine.domain.runs.way import Leave

ALL = 100
LEFT = "version"
"""Why runs end by a later version."""

replace = msgspec.structs.replace


def succeed(turn: Turn) -> list[str]:
    """Bring every run to its version; the ids of those that have to do their step there.

    Those that are paused stay. One that waits for an answer keeps its call, at any step that calls.
    """
    moved = []
    for one in list(turn.contact.runs):
        run: Run | None = one
        while run is not None and (heir := _heir(turn, run)) is not None:
            called = _calls(turn, run)
            run = _pass_on(turn, run, heir)
            if run is not None and not (called and _calls(turn, run)):
                moved.append(run.id)
        if run is not None and not turn.rulebook.knows(run):
            runs.lose(turn, run)
    return moved


def _calls(turn: Turn, run: Run) -> bool:
    plan = turn.rulebook.plan_of(run)
    return isinstance(plan.steps[run.step], Webhook)


def go_on(turn: Turn, moved: list[str]) -> None:
    """Time what waits and has no timer, from when the run came to it; do what a run has moved to."""
    for run in list(turn.contact.runs):
        timed = timer_of(run) in turn.contact.timers and run.heard is None
        if timed or turn.rulebook.holds_back(run):
            continue
        plan = turn.rulebook.plan_of(run)
        step = plan.steps[run.step]
        if isinstance(step, Digest):
            turn.contact.timers[timer_of(run)] = run.since + milliseconds(step.for_)
        elif isinstance(step, Wait):
            runs.keep(turn, waiting.arm(turn, run, step))
        elif isinstance(step, WaitFor):
            runs.follow(turn, run, awaiting.go_on(turn, run, plan, step))
        elif isinstance(step, Webhook) and run.id not in moved:
            runs.follow(turn, run, calling.called(turn, run, plan, step))
        elif run.id in moved and not isinstance(step, Branch):
            turn.passes("step_out", run)
            runs.walk(turn, run, plan, run.step)


def catch_up(turn: Turn) -> None:
    """Runs that come from another contact may come from another rulebook too.

    Those of a parked contact stay where they are until the next one.
    """
    if not turn.contact.trouble:
        go_on(turn, succeed(turn))


def _heir(turn: Turn, run: Run) -> Heir | None:
    if run.scenario in turn.rulebook.paused:
        return None
    for heir in turn.rulebook.heirs_of(run):
        if heir.share == ALL or number_in(heir.lot, turn.contact) < heir.share:
            return heir
    return None


def _pass_on(turn: Turn, run: Run, heir: Heir) -> Run | None:
    """The run as it stands in the later version; None when it has ended."""
    step = heir.moves.get(run.step, run.step)
    old = turn.rulebook.plan_of(run)
    new = turn.rulebook.scenario(run.scenario, heir.version) if heir.version else None
    if new is None or step not in new.steps:
        runs.follow(turn, run, Leave(LEFT))
        return None
    moved = _moved(run, old, new, step, heir.moves)
    if step != run.step:
        turn.passes("step_out", run)
        turn.passes("step_in", run, step)
    turn.note("run_migrated", run.scenario, [run.id, run.version, heir.version, run.step, step])
    runs.disarm(turn, run)
    runs.keep(turn, moved)
    return moved


def _moved(run: Run, old: ScenarioPlan, new: ScenarioPlan, step: str, moves: dict[str, str]) -> Run:
    """``barred`` are the steps that it must not do again, those that are not there now too."""
    places = {at: name for name, at in old.acts.items()}
    passed = {places[at] for at in run.passed if at in places}
    again = ahead(old.steps, run.step)
    barred = {moves.get(one, one) for one in (passed - again).union(run.barred)}
    done = {moves.get(one, one) for one in passed}
    return replace(
        run,
        version=new.scenario.version,
        step=step,
        local=0,
        passed=tuple(at for name, at in new.acts.items() if name in done),
        barred=tuple(sorted(barred | (done - new.acts.keys()))),
    )
