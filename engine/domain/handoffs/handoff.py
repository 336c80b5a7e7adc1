"""Hand-off: a hot contact is offered to sales, and somebody decides.

    raised     by a scenario, or by an operator: one open offer a contact and definition
    reminded   the owner, at the instants that the definition names, by the contact's own timer
    escalated  to another owner, when nobody has decided in time
    accepted   the contact leaves the scenarios that the definition names
    returned   back to nurturing; not raised again by a scenario before its date
    rejected   closed

Each of these is a fact and a moment, so that scenarios start and end by them.
"""

from collections.abc import Iterator
from math import inf

import msgspec

from engine.domain.conditions.assignment import owner_of
from engine.domain.duration import milliseconds
from engine.domain.event import Event
from engine.domain.handoffs import alert
from engine.domain.intake.turn import Turn
from engine.domain.language.team import Handoff
from engine.domain.profile.offer import NAMED, RECENT, Action, Line, Offer

KIND = "handoff"
"""Of moments; their name is ``definition/raised`` and so on."""
REFUSED = "handoff_refused"
ACTS = ("track", "page", "screen")
"""Kinds of events that tell what somebody did, not who it is."""

replace = msgspec.structs.replace


def remember(turn: Turn, event: Event) -> None:
    """The last actions, for who takes the contact over; by their time, whenever they came."""
    if event.kind not in ACTS:
        return
    held, action = turn.contact.actions, Action(event.name[:NAMED], event.at)
    if not held or event.at >= held[-1].at:
        turn.contact.actions = [*held[1 - RECENT :], action]
    else:
        _order(turn, [*held, action])


def join_actions(turn: Turn, others: list[Action]) -> None:
    if others:
        _order(turn, [*turn.contact.actions, *others])


def _order(turn: Turn, actions: list[Action]) -> None:
    turn.contact.actions = sorted(actions, key=lambda one: one.at)[-RECENT:]


def offer(turn: Turn, name: str, reason: str, *, asked: bool = False) -> None:
    """Raise it, unless there is a reason not to, which is a fact. ``asked``: an operator wants it now."""
    contact, team = turn.contact, turn.rulebook.team
    handoff, before = team.handoffs.get(name), contact.handoffs.get(name)
    why = _refusal(turn, handoff, before, asked=asked)
    if why or handoff is None:
        turn.note(REFUSED, name, why)
        return
    contact.entered += 1
    deadline = turn.now + milliseconds(handoff.deadline)
    held = Offer(
        id=f"{contact.id}.{contact.entered}",
        handoff=name,
        reason=reason,
        owner=owner_of(team, handoff, contact, before.owner if before else "", turn.now),
        raised=turn.now,
        deadline=deadline,
        looked=turn.now,
        lines=tuple(_lines(turn)),
        actions=tuple(contact.actions),
    )
    happens(turn, held, "raised", [held.id, held.owner, reason, deadline])
    keep(turn, alert.send(turn, held, handoff.alert, held.owner), handoff)


def _refusal(turn: Turn, handoff: Handoff | None, before: Offer | None, *, asked: bool) -> str:
    if handoff is None:
        return "team.yaml has no such hand-off"
    if before is not None and before.open:
        return "open already"
    if before is None or asked or turn.now >= _may_again(handoff, before):
        return ""
    return f"{before.status} before"


def _may_again(handoff: Handoff, before: Offer) -> float:
    """The instant (ms) from which on a scenario may raise it once more."""
    if before.status == "returned":
        return before.until
    return before.closed + milliseconds(handoff.again) if handoff.again else inf


def _lines(turn: Turn) -> Iterator[Line]:
    """Every score as it stands, the highest first."""
    stood = []
    for name, gauge in turn.rulebook.gauges.items():
        standing = gauge.standing(turn.contact)
        if standing is not None:
            stood.append(Line(name, round(gauge.read(standing, turn.now), 2)))
    yield from sorted(stood, key=lambda line: (-line.value, line.score))


def happens(turn: Turn, held: Offer, became: str, detail: object) -> None:
    """A fact, and a moment that scenarios may start or end by."""
    turn.note(f"handoff_{became}", held.handoff, detail)
    turn.happened(KIND, f"{held.handoff}/{became}", live=not turn.quiet)


def keep(turn: Turn, held: Offer, handoff: Handoff | None) -> None:
    """With the timer of what comes next, if anything does."""
    contact = turn.contact
    contact.handoffs = contact.handoffs | {held.handoff: held}
    contact.timers.pop(held.timer, None)
    ahead = [at for at, _ in _schedule(held, handoff) if at > held.looked]
    if held.open and ahead:
        contact.timers[held.timer] = min(ahead)


def _schedule(held: Offer, handoff: Handoff | None) -> Iterator[tuple[int, str]]:
    """Instants at which somebody is written to while nobody has decided."""
    if handoff is None:
        return
    if reminder := handoff.reminder:
        for span in reminder.before:
            yield held.deadline - milliseconds(span), "reminded"
        for span in reminder.after:
            yield held.deadline + milliseconds(span), "reminded"
    if escalation := handoff.escalation:
        after = milliseconds(escalation.after) if escalation.after else 0
        yield held.deadline + after, "escalated"


def rearm(turn: Turn) -> None:
    """Under another rulebook the definitions may name other instants."""
    for held in list(turn.contact.handoffs.values()):
        keep(turn, held, turn.rulebook.team.handoffs.get(held.handoff))


def look(turn: Turn, timer: str) -> None:
    """The timer is due: what was missed meanwhile is done once, not once for each instant."""
    held = next((one for one in turn.contact.handoffs.values() if one.timer == timer), None)
    handoff = turn.rulebook.team.handoffs.get(held.handoff) if held else None
    if held is None or handoff is None:
        turn.contact.timers.pop(timer, None)
        return
    due = {what for at, what in _schedule(held, handoff) if held.looked < at <= turn.now}
    held = replace(held, looked=turn.now)
    if handoff.reminder and "reminded" in due:
        happens(turn, held, "reminded", [held.id, held.owner])
        held = replace(held, reminded=turn.now)
        held = alert.send(turn, held, handoff.reminder.template, held.owner)
    if handoff.escalation and "escalated" in due:
        to = handoff.escalation.to
        happens(turn, held, "escalated", [held.id, to])
        held = replace(held, escalated=turn.now, escalated_to=to)
        held = alert.send(turn, held, handoff.escalation.template, to)
    keep(turn, held, handoff)


def join(turn: Turn, others: dict[str, Offer], timers: dict[str, int]) -> None:
    """Those of a contact that merged into this one: of two that are open the older stays."""
    contact = turn.contact
    for name, theirs in others.items():
        mine = contact.handoffs.get(name)
        kept, gone = (theirs, mine) if mine is None or _outlasts(theirs, mine) else (mine, theirs)
        if gone is not None:
            contact.timers.pop(gone.timer, None)
            if gone.open:
                kept = replace(kept, also=(*kept.also, gone.id, *gone.also))
                turn.note("handoff_joined", name, [kept.id, gone.id])
        contact.handoffs = contact.handoffs | {name: kept}
        if kept.timer in timers:
            contact.timers.setdefault(kept.timer, timers[kept.timer])


def _outlasts(one: Offer, other: Offer) -> bool:
    """What is open before what is closed; the older of two open ones, the later of two closed ones."""
    if one.open is not other.open:
        return one.open
    return one.raised < other.raised if one.open else one.closed > other.closed


def parted(
    merged: dict[str, Offer], mine: set[str], replayed: dict[str, Offer], before: dict[str, Offer]
) -> dict[str, Offer]:
    """One side's after an unmerge. ``mine`` are the ids in ``merged`` that are this side's.

    They are as the two had them together; what the merge took away is as the side alone has it. An offer
    that only the side's replay raised was never made.
    """
    known = {one.id for one in before.values()}
    held = {name: one for name, one in replayed.items() if one.id in known}
    return held | {name: one for name, one in merged.items() if one.id in mine}
