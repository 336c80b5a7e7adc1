"""Dates that start scenarios: each has a timer in the contacts that it concerns, for the next time it comes.

A contact remembers of each the mark (``engine.domain.rulebooks.dated``) that came last, and the one that its
timer aims at. When the attribute, the zone or the rulebook changes the timer is set anew. A date that the
change of a zone has put into the past comes at once. One that was past when it was told, or when the
trigger was published, does not come; nor does one that the engine, being down, has missed by more than
``max_age``.
"""

import msgspec

from engine.domain.duration import DAY
from engine.domain.intake.turn import Turn
from engine.domain.profile.calendar import written, zone_of
from engine.domain.profile.contact import Contact, without
from engine.domain.rulebooks.dated import Dated, due_of, next_due
from engine.domain.rulebooks.moment_plan import DUE

TIMER = "trigger:"
"""How the owner of such a timer begins; the scenario's name follows."""
MISSED = "late"
"""Why nobody enters whose date is past for too long."""


def refresh(turn: Turn) -> None:
    """The rulebook is new to the contact."""
    contact, names = turn.contact, turn.rulebook.dates.names
    for name in [name for name in contact.dated if name not in names]:
        _drop(contact, name)
    turn.unarmed.update(names)


def _drop(contact: Contact, name: str) -> None:
    contact.dated = without(contact.dated, name)
    contact.timers.pop(TIMER + name, None)


def arm(turn: Turn) -> None:
    """Set the timers of those whose date may be another now."""
    names = sorted(turn.unarmed)
    turn.unarmed.clear()
    contact = turn.contact
    if contact.merged_into:
        return
    zone = zone_of(contact, turn.rulebook.zone)
    for name in names:
        plan = turn.rulebook.dates.of(name, contact)
        if plan is None:
            _drop(contact, name)
            continue
        fired, aimed = contact.dated.get(plan.scenario, (None, None))
        found = next_due(plan, contact, zone, turn.now + 1, fired)
        if aimed is not None and (fired is None or aimed > fired):
            due = due_of(plan, contact, zone, aimed)
            if due is not None and (found is None or aimed < found[1]):
                found = max(due, turn.now), aimed
        _set(contact, plan, fired, found)


def _set(contact: Contact, plan: Dated, fired: int | None, found: tuple[int, int] | None) -> None:
    due, aimed = found or (0, None)
    if found is None:
        contact.timers.pop(TIMER + plan.scenario, None)
    else:
        contact.timers[TIMER + plan.scenario] = due
    if fired is None and aimed is None:
        contact.dated = without(contact.dated, plan.scenario)
    else:
        contact.dated = contact.dated | {plan.scenario: (fired, aimed)}


def fire(turn: Turn, owner: str) -> None:
    """A date has come: the scenario may start, and the timer is set for the next one."""
    contact = turn.contact
    plan = turn.rulebook.dates.of(owner.removeprefix(TIMER), contact)
    if plan is None:
        _drop(contact, owner.removeprefix(TIMER))
        return
    fired, aimed = contact.dated[plan.scenario]
    zone = zone_of(contact, turn.rulebook.zone)
    due = due_of(plan, contact, zone, aimed) if aimed is not None else None
    if due is None or aimed is None:
        _set(contact, plan, fired, next_due(plan, contact, zone, turn.now, fired))
        return
    if turn.now - due > turn.rulebook.max_age:
        turn.note("entry_refused", plan.scenario, MISSED)
        since = turn.now - turn.rulebook.max_age
    else:
        told = msgspec.json.encode({"date": date_told(aimed)})
        turn.happened(DUE, plan.scenario, live=True, properties=told)
        since = due
    _set(contact, plan, aimed, next_due(plan, contact, zone, since, aimed))


def date_told(mark: int) -> str:
    """As templates read it, ``event.date``: a day, or an instant at UTC."""
    text = written(mark) or "1970-01-01T00:00:00.000Z"
    return text.partition("T")[0] if mark % DAY == 0 else text


def join(turn: Turn, other: Contact) -> None:
    """A merge: what has come for one of both has come."""
    contact = turn.contact
    for name, (theirs, _aimed) in other.dated.items():
        mine, aimed = contact.dated.get(name, (None, None))
        if theirs is not None:
            latest = theirs if mine is None else max(mine, theirs)
            contact.dated = contact.dated | {name: (latest, aimed)}
    turn.unarmed.update(turn.rulebook.dates.names)
