"""Working off what changed: segments are asked, runs start, go on and end, until nothing is left."""

from operator import attrgetter

from engine.domain.intake import lifecycle, webhook
from engine.domain.intake.turn import Happened, Turn
from engine.domain.profile.contact import Run, Ticket
from engine.domain.rulebooks.moment_plan import MomentPlan
from engine.domain.rulebooks.rulebook import SegmentPlan
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.runs import by_hand, dating, run, ticket
from engine.domain.runs.awaiting import hear
from engine.domain.runs.entry import concerns
from engine.domain.runs.rollout import for_contact
from engine.domain.runs.starting import START, STOP
from engine.domain.runs.watching import watch

BY_RANK = attrgetter("rank")


def settle(turn: Turn) -> None:
    """Work off what changed until nothing is left: segments first, then moments in the order they came."""
    if turn.contact.trouble:
        turn.stale.clear()
        turn.moments.clear()
    else:
        _work_through(turn)
    if turn.unarmed:
        dating.arm(turn)


def _work_through(turn: Turn) -> None:
    while True:
        if turn.stale:
            _ask_segments(turn)
        elif turn.crossed:
            lifecycle.move(turn)
        elif watch(turn, resume=False):
            continue
        elif turn.moments:
            moment = turn.moments.popleft()
            turn.depth = moment.depth
            if turn.rulebook.hooks:
                webhook.hear(turn, moment)
            if turn.contact.tickets:
                _withdraw(turn, moment)
            _work_off(turn, moment)
        elif turn.walks:
            walk = turn.walks.popleft()
            turn.depth = walk.depth
            run.walk_on(turn, walk)
        elif not watch(turn, resume=True):
            break
    turn.depth = turn.resumed = 0
    turn.quiet = False


def _ask_segments(turn: Turn) -> None:
    """In order of rank; when one that others ask about was crossed, the rest is put in order anew."""
    contact, at = turn.contact, turn.at
    timers, segments, upheld = contact.timers, contact.segments, contact.upheld
    asked = sorted(turn.stale.values(), key=BY_RANK)
    turn.stale.clear()
    for position, plan in enumerate(asked):
        holds, flips = plan.holds(contact, at)
        if flips:
            timers[plan.timer] = flips
        elif plan.timer in timers:
            del timers[plan.timer]
        if holds is not None and holds is not (plan.name in (upheld if plan.score else segments)):
            _cross(turn, plan, enters=holds)
            if turn.stale:
                turn.stale.update((rest.name, rest) for rest in asked[position + 1 :])
                return


def _cross(turn: Turn, plan: SegmentPlan, *, enters: bool) -> None:
    name, members = plan.name, plan.members(turn.contact)
    if enters:
        members[name] = turn.at
    else:
        del members[name]
    for dependent in turn.rulebook.by_segment.get(name, ()):
        turn.stale[dependent.name] = dependent
    if plan.score:
        turn.scored = True
        turn.note("scored", plan.score, plan.moved(enters=enters))
        return
    turn.note("segment_entered" if enters else "segment_left", name)
    turn.crossed = turn.crossed or name in turn.rulebook.staging
    live = not turn.quiet and turn.at >= turn.now - turn.rulebook.max_age
    turn.happened("enters" if enters else "leaves", name, live=live)


def _work_off(turn: Turn, moment: Happened) -> None:
    contact, rulebook = turn.contact, turn.rulebook
    if moment.kind in (START, STOP):
        _direct(turn, moment)
        return
    if not contact.runs and (moment.kind, moment.name) not in rulebook.triggers:
        return
    for one in list(contact.runs):
        plan = rulebook.plan_of(one)
        if plan.goal is not None and _comes(turn, plan.goal, plan, one, moment):
            turn.note("goal_reached", one.scenario, one.id)
            run.end(turn, one, "goal")
        elif any(_comes(turn, leaving, plan, one, moment) for leaving in plan.exits):
            run.end(turn, one, "exit")
    if not moment.live:
        return
    waiting = list(contact.runs)
    for plan in rulebook.triggers.get((moment.kind, moment.name), ()):
        if turn.fits(plan.trigger, moment):
            run.enter(turn, plan, moment)
    for one in waiting:
        _resume(turn, one, moment)


def _withdraw(turn: Turn, moment: Happened) -> None:
    """Whoever waits to enter a scenario does not when its goal is reached, or an exit comes."""
    for one in turn.contact.tickets:
        plan = turn.rulebook.in_force.get(one.scenario)
        if plan is not None and any(
            _comes(turn, leaving, plan, one, moment)
            for leaving in (*([plan.goal] if plan.goal else []), *plan.exits)
        ):
            ticket.drop(turn, one, "exit")


def _comes(
    turn: Turn, awaited: MomentPlan, plan: ScenarioPlan, one: Run | Ticket, moment: Happened
) -> bool:
    return turn.fits(awaited, moment) and concerns(turn, plan.scenario, one, moment)


def _resume(turn: Turn, one: Run, moment: Happened) -> None:
    """Let a run go on that waits for this; in a pause it remembers that it came."""
    if not turn.rulebook.knows(one):
        return
    plan = turn.rulebook.plan_of(one)
    for awaited, then in plan.awaited.get(one.step, ()):
        if _comes(turn, awaited, plan, one, moment):
            paused = one.scenario in turn.rulebook.paused
            run.follow(turn, one, hear(one, then, plan, moment, paused=paused))
            return


def _direct(turn: Turn, moment: Happened) -> None:
    """One scenario starts or stops another."""
    if moment.kind == STOP:
        for one in [one for one in turn.contact.runs if one.scenario == moment.name]:
            run.end(turn, one, "stopped")
        ticket.stop(turn, moment.name, "stopped")
        return
    plan = for_contact(turn.rulebook, moment.name, turn.contact)
    known = moment.name in turn.rulebook.in_force
    why = "rollout" if known else "unknown"
    if plan is not None:
        why = run.enter(turn, plan, moment)
    if why:
        turn.note("start_refused", moment.name, why)
    else:
        by_hand.reached(turn, moment.name, moment.label)
