"""Conditions on what a contact did: how often, in which window, when first and when last."""

from collections.abc import Callable

from engine.domain.aggregates.aggregate import Aggregate, aggregate_id
from engine.domain.comparison import matcher
from engine.domain.conditions.counted import count_of, measure_of, times_of
from engine.domain.conditions.demand import NO, UNKNOWN, YES, Answer, Demand, Predicate
from engine.domain.conditions.sequence import followed
from engine.domain.conditions.when import instant_of, placed
from engine.domain.duration import milliseconds
from engine.domain.event import Event
from engine.domain.language.condition import EVER, Condition, When, bounds_of
from engine.domain.profile.contact import Contact


def occurred(condition: Condition, event: str, demand: Demand) -> Predicate:
    """``did`` with whatever qualifies it."""
    if condition.then is not None or condition.not_then is not None:
        return followed(condition, event, demand, _during(condition, demand))
    if condition.first is not None:
        return _edge(condition, event, demand, "earliest", condition.first)
    if condition.last is not None:
        return _edge(condition, event, demand, "latest", condition.last)
    dates = [f"{name} {at}" for name in ("since", "before") if (at := getattr(condition, name))]
    read = _read(condition, event, demand, *dates)
    read.during = _during(condition, demand)
    least, most = bounds_of(condition)
    if condition.within is None:
        read.counted = True
        return _counted(read.id, least, most)
    keep = max(least, 0 if most == EVER else most + 1)
    read.keep = max(read.keep, keep)
    return _windowed(read.id, least, most, keep, milliseconds(condition.within))


def _read(condition: Condition, event: str, demand: Demand, *more: str) -> Aggregate:
    number = aggregate_id(event, condition.where, *more)
    made = Aggregate(number, event, matcher(condition.where))
    return demand.aggregates.setdefault(number, made)


def _during(condition: Condition, demand: Demand) -> Callable[[Event], bool] | None:
    """Whether an event lies between; a bare date begins where the event happened, by its own zone."""
    since, before, workspace = condition.since, condition.before, demand.zone
    if since is None and before is None:
        return None
    for written in filter(None, (since, before)):
        instant_of(written, workspace, workspace)  # a ValueError here refuses the document

    def during(event: Event) -> bool:
        zone = event.zone or workspace
        return (since is None or event.at >= instant_of(since, zone, workspace)) and (
            before is None or event.at < instant_of(before, zone, workspace)
        )

    return during


def _counted(number: int, least: int, most: int) -> Predicate:
    name = count_of(number)

    def holds(contact: Contact, now: int) -> Answer:  # noqa: ARG001 - one shape for all predicates
        if contact.pending and name in contact.pending:
            return UNKNOWN
        return YES if least <= contact.counts.get(number, 0) <= most else NO

    return holds


def _windowed(number: int, least: int, most: int, keep: int, window: int) -> Predicate:
    """``keep`` latest times tell all: one leaves the window when time passes, none comes in."""
    name = times_of(number)

    def holds(contact: Contact, now: int) -> Answer:
        if contact.pending and keep > contact.pending.get(name, keep):
            return UNKNOWN
        ring = contact.rings.get(number, ())
        if most < len(ring) and now < ring[-most - 1] + window:
            return False, ring[-most - 1] + window
        if least == 0:
            return YES
        if len(ring) < least:
            return NO
        end = ring[-least] + window
        return (True, end) if now < end else NO

    return holds


def _edge(condition: Condition, event: str, demand: Demand, form: str, wanted: When) -> Predicate:
    """When it happened first or last; never fits nothing."""
    read = _read(condition, event, demand, form)
    read.form = form
    number, name, when = read.id, measure_of(read.id), placed(wanted, demand)

    def holds(contact: Contact, now: int) -> Answer:
        if contact.pending and name in contact.pending:
            return UNKNOWN
        at = contact.measures.get(number)
        return NO if at is None else when(at, at, None, contact, now)

    return holds
