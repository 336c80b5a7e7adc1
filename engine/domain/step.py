"""The step: one message, one contact. Pure: equal arguments give equal answers, none is changed.

The stages, always in this order:

    what time alone has brought since -> each timer due by now, at its own instant
    fold the message into aggregates and attributes -> score -> segments
    then for each moment that came of it: goals -> exits -> entries -> resume waiting runs

A moment is an event, or a segment entered or left. What a run changes is settled the same way, in
the same step, to a depth of 100 causes; a longer chain is a loop: the contact is parked with a text
that names it, still keeps its events, and is looked at again under the next rulebook.
"""

from operator import attrgetter
from typing import Any

from engine.domain import claim, merge, run
from engine.domain.aggregate import remembered
from engine.domain.attribute import CONSENT, changes, set_attribute
from engine.domain.calendar import ZONE_ATTRIBUTE
from engine.domain.consent import OPTED_OUT
from engine.domain.contact import SEEN, Contact
from engine.domain.dedupe import merged, with_seen
from engine.domain.duration import MINUTE
from engine.domain.effect import Effect, Settle, Suppress
from engine.domain.event import Event
from engine.domain.fact import Fact
from engine.domain.message import (
    Act,
    Adopted,
    AdoptionSettled,
    ClaimAnswered,
    HopMessage,
    Message,
    Receipt,
    TimerFired,
    Witnessed,
    YieldAnswered,
    YieldAsked,
)
from engine.domain.rulebook import Rulebook
from engine.domain.score import raised
from engine.domain.turn import Happened, Loop, Turn

SEEN_WHILE_CLAIMING = 4_096
"""Fingerprints kept while a merge may be under way: the survivor must recognise every retry."""
PARKED = 60 * MINUTE
BY_RANK = attrgetter("rank")


class Outcome:
    """What a step answers: the contact after it, the facts it caused, the effects it asks for."""

    __slots__ = ("answer", "contact", "effects", "facts")

    def __init__(self, turn: Turn, answer: Message | None = None) -> None:
        self.contact: Contact = turn.contact
        self.facts: list[Fact] = turn.facts
        self.effects: list[Effect] = turn.effects
        self.answer = answer


def step(contact: Contact, message: Message, rulebook: Rulebook, now: int) -> Outcome:
    """``now`` (ms) is when the message is consumed. ``answer`` goes back to whoever sent a hop."""
    turn = Turn(contact.draft(), rulebook, now)
    try:
        _refresh(turn)
        _take_timers(turn)
        answer = _consume(turn, message)
        settle(turn)
    except Loop as loop:
        turn = Turn(contact.draft(), rulebook, now)
        trouble = f"definitions cause one another without end: {loop}"
        turn.contact.trouble = trouble
        turn.contact.rulebook = rulebook.version
        turn.note("parked", "", trouble)
        answer = _consume(turn, message)
        turn.contact.trouble = trouble
    if turn.contact.trouble:
        turn.contact.parked = now + PARKED
    return Outcome(turn, answer)


def _refresh(turn: Turn) -> None:
    """Under another rulebook than last time every segment is asked again, once, quietly."""
    contact, rulebook = turn.contact, turn.rulebook
    if contact.rulebook == rulebook.version or contact.merged_into:
        return
    turn.quiet = contact.rulebook != 0
    contact.rulebook = rulebook.version
    contact.trouble, contact.parked = "", 0
    turn.stale.update(rulebook.segments)
    for name in [name for name in contact.segments if name not in rulebook.segments]:
        del contact.segments[name]
        contact.timers.pop(f"segment:{name}", None)
        turn.note("segment_left", name)
    if turn.quiet:
        settle(turn)


def _consume(turn: Turn, message: Message) -> Message | None:
    match message:
        case Event():
            _take_event(turn, message)
        case TimerFired():
            pass
        case Receipt():
            _take_receipt(turn, message)
        case Act():
            _take_act(turn, message)
        case _:
            return _take_hop(turn, message)
    return None


def _take_hop(turn: Turn, message: HopMessage) -> Message | None:
    """What another actor asked or answered; a question gets an answer."""
    match message:
        case ClaimAnswered():
            claim.directory_answered(turn, message)
        case YieldAsked():
            return claim.yield_asked(turn, message)
        case YieldAnswered():
            claim.holder_answered(turn, message)
        case Adopted():
            asked = turn.contact.claims[:1]
            if merge.adopt(turn, message) and turn.contact.claims[:1] != asked:
                claim.ask_next(turn)
            return AdoptionSettled()
        case Witnessed():
            turn.contact.seen = merged(turn.contact.seen, message.seen, turn.now, SEEN)
            return AdoptionSettled()
        case AdoptionSettled():
            pass
    return None


# --- fold ----------------------------------------------------------------------------------------


def _take_event(turn: Turn, event: Event) -> None:
    contact = turn.contact
    _remember(turn, event.fingerprint)
    claim.claim_keys(turn, event)
    contact.first = min(contact.first, event.at) if contact.first else event.at
    contact.latest = max(contact.latest, event.at)
    if event.zone and event.zone != contact.zone:
        contact.zone = event.zone
        run.rezone(turn)
    if event.traits:
        _fold_traits(turn, event)
    _fold_aggregates(turn, event)
    _score(turn, event)
    if contact.trouble:
        return
    turn.quiet = not event.live
    live = event.live and event.at >= turn.now - turn.rulebook.max_age
    turn.happened("event", event.name, live=live, event=event)


def _remember(turn: Turn, fingerprint: bytes) -> None:
    contact = turn.contact
    keep = SEEN_WHILE_CLAIMING if contact.claims else SEEN
    contact.seen = with_seen(contact.seen, fingerprint, turn.now, keep)


def _fold_traits(turn: Turn, event: Event) -> None:
    changed = changes(turn.contact, event)
    for name, value in changed.items():
        set_attribute(turn.contact.attributes, name, value)
        turn.note("changed", name)
        turn.changed(name)
    if ZONE_ATTRIBUTE in changed:
        run.rezone(turn)


def _fold_aggregates(turn: Turn, event: Event) -> None:
    contact, plan = turn.contact, turn.rulebook.event(event.name)
    for aggregate in plan.aggregates:
        if aggregate.matches is not None and not aggregate.matches(turn.properties_of(event)):
            continue
        number = aggregate.id
        if aggregate.counted:
            contact.counts[number] = contact.counts.get(number, 0) + 1
        if aggregate.keep:
            contact.rings[number] = remembered(contact.rings.get(number), event.at, aggregate.keep)
    for segment in plan.segments:
        turn.stale[segment.name] = segment


def _score(turn: Turn, event: Event) -> None:
    scores = turn.contact.scores
    for rule in turn.rulebook.event(event.name).scores:
        if rule.matches is None or rule.matches(turn.properties_of(event)):
            held = scores.get(rule.score)
            scores[rule.score] = raised(held, rule.points, event.at, rule.half_life)
            turn.note("scored", rule.score, rule.points)


def _take_timers(turn: Turn) -> None:
    """Work off every timer that is due, in order; at one instant the segments go before the runs."""
    contact = turn.contact
    if contact.trouble:
        return
    while contact.timers and (due := min(contact.timers.values())) <= turn.now:
        owners = sorted(owner for owner, at in contact.timers.items() if at == due)
        segments = [owner for owner in owners if owner.startswith("segment:")]
        if segments:
            _flip(turn, segments, due)
        else:
            waiting = next(one for one in contact.runs if run.timer_of(one) == owners[0])
            run.fire(turn, waiting, due)
            settle(turn)


def _flip(turn: Turn, owners: list[str], due: int) -> None:
    """Ask these segments at their own instant, together: between them no state may be seen by half."""
    turn.at = due
    for owner in owners:
        del turn.contact.timers[owner]
        plan = turn.rulebook.segments.get(owner.partition(":")[2])
        if plan is not None:
            turn.stale[plan.name] = plan
    settle(turn)
    turn.at = turn.now


def _take_receipt(turn: Turn, receipt: Receipt) -> None:
    detail = [receipt.key, receipt.code, receipt.reason]
    turn.note(receipt.outcome, receipt.channel, detail)
    match receipt.outcome:
        case "delivered" | "undelivered":
            _remember(turn, receipt.fingerprint)
        case outcome:
            turn.effects.append(Settle(receipt.key, outcome))
    if receipt.suppress and receipt.address:
        turn.note("suppressed", receipt.channel, receipt.reason)
        turn.effects.append(Suppress(receipt.channel, receipt.address, receipt.reason))
    if receipt.reason == OPTED_OUT:
        _put(turn, f"{CONSENT}{receipt.channel}", False, OPTED_OUT)


def _put(turn: Turn, name: str, value: Any, why: str) -> None:
    """An attribute that no event set."""
    set_attribute(turn.contact.attributes, name, value)
    turn.note("changed", name, why)
    turn.changed(name)
    if name == ZONE_ATTRIBUTE:
        run.rezone(turn)


def _take_act(turn: Turn, act: Act) -> None:
    contact = turn.contact
    match act.act:
        case "set":
            _put(turn, act.subject, act.value, act.by)
        case "exit":
            for one in [r for r in contact.runs if act.subject in (r.scenario, r.id)]:
                run.end(turn, one, "operator")
        case "resume":
            contact.trouble, contact.parked = "", 0
            turn.stale.update(turn.rulebook.segments)


# --- settle --------------------------------------------------------------------------------------


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
        if holds is not (plan.name in contact.segments):
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
