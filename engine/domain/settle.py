"""Working off what changed: segments are asked, runs start, go on and end, until nothing is left."""

from operator import attrgetter

from engine.domain import run
from engine.domain.turn import Happened, Turn

BY_RANK = attrgetter("rank")


def settle(turn: Turn) -> None:
    """Work off what changed until nothing is left: segments first, then moments in the order they came."""
    if turn.contact.trouble:
        turn.stale.clear()
        turn.moments.clear()
        return
    while turn.stale or turn.moments:
        if turn.stale:
            _ask_segments(turn)
            continue
        moment = turn.moments.popleft()
        turn.depth = moment.depth
        _work_off(turn, moment)
    turn.depth = 0
    turn.quiet = False


def _ask_segments(turn: Turn) -> None:
    """In order of rank; when one that others ask about was crossed, the rest is put in order anew."""
    contact = turn.contact
    asked = sorted(turn.stale.values(), key=BY_RANK)
    turn.stale.clear()
    for position, plan in enumerate(asked):
        holds, flips = plan.holds(contact, turn.at)
        if flips:
            contact.timers[plan.timer] = flips
        elif plan.timer in contact.timers:
            del contact.timers[plan.timer]
        if holds is not None and holds is not (plan.name in contact.segments):
            _cross(turn, plan.name, enters=holds)
            if turn.stale:
                turn.stale.update((rest.name, rest) for rest in asked[position + 1 :])
                return


def _cross(turn: Turn, name: str, *, enters: bool) -> None:
    if enters:
        turn.contact.segments[name] = turn.at
        turn.note("segment_entered", name)
    else:
        del turn.contact.segments[name]
        turn.note("segment_left", name)
    for dependent in turn.rulebook.by_segment.get(name, ()):
        turn.stale[dependent.name] = dependent
    live = not turn.quiet and turn.at >= turn.now - turn.rulebook.max_age
    turn.happened("enters" if enters else "leaves", name, live=live)


def _work_off(turn: Turn, moment: Happened) -> None:
    contact, rulebook = turn.contact, turn.rulebook
    if not contact.runs and (moment.kind, moment.name) not in rulebook.triggers:
        return
    before = list(contact.runs)
    for one in before:
        plan = rulebook.scenario(one.scenario, one.version)
        if plan.goal is not None and turn.fits(plan.goal, moment):
            turn.note("goal_reached", one.scenario, one.id)
            run.end(turn, one, "goal")
        elif any(turn.fits(leaving, moment) for leaving in plan.exits):
            run.end(turn, one, "exit")
    if not moment.live:
        return
    waiting = list(contact.runs)
    for plan in rulebook.triggers.get((moment.kind, moment.name), ()):
        if turn.fits(plan.trigger, moment):
            run.enter(turn, plan, moment)
    for one in waiting:
        plan = rulebook.scenario(one.scenario, one.version)
        awaited = plan.awaited.get(one.step)
        if (
            awaited is not None
            and one.scenario not in rulebook.paused
            and turn.fits(awaited, moment)
        ):
            resume_waiting(turn, one.id, plan.following[one.step])


def resume_waiting(turn: Turn, run_id: str, following: str | None) -> None:
    """The awaited moment came: go to ``then``, or the next step."""
    one = next((r for r in turn.contact.runs if r.id == run_id), None)
    if one is None:
        return
    step_ = turn.rulebook.scenario(one.scenario, one.version).steps[one.step]
    run.resume(turn, one, getattr(step_, "then", None) or following)
