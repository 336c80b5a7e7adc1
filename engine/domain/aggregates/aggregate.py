"""Aggregates: what of a contact's past the rulebook asks for, and how an event is folded into it."""

from bisect import insort
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from engine.domain.aggregates import series
from engine.domain.aggregates.measure import ALL_TIME, SLIDING
from engine.domain.event import Event
from engine.domain.language.condition import Where
from engine.domain.path import value_at
from engine.domain.profile.contact import Contact
from engine.domain.profile.lexicon import LEAST

Matcher = Callable[[dict[str, Any]], bool]


class Aggregate(msgspec.Struct):
    """Occurrences of an event (whose properties fit ``matches``), or a property (``path``) of them.

    ``keep`` is how many event times the ring holds: the largest "at least" that any windowed
    condition asks for, 0 when none does. ``counted`` asks for the count over all time. ``form`` names
    the measure to keep, "" for none; one of SLIDING reaches back ``span`` ms, as far as the longest
    window over it asks. ``during`` chooses by the event's time.
    """

    id: int
    event: str
    matches: Matcher | None
    keep: int = 0
    counted: bool = False
    form: str = ""
    path: tuple[str, ...] = ()
    span: int = 0
    during: Callable[[Event], bool] | None = None


def aggregate_id(event: str, where: Where | None, *measured: str) -> int:
    """The same for the same question in every version of the rulebook and in every process.

    ``measured`` is the form and path of a measure. Windows are not part of it: all over the same
    series share one. Greater than every number that a lexicon gives.
    """
    plain = msgspec.json.encode([event, where or {}, *measured], order="deterministic")
    return LEAST + int.from_bytes(blake2b(plain, digest_size=5).digest(), "big")


def fold_aggregates(
    contact: Contact,
    event: Event,
    aggregates: Iterable[Aggregate],
    properties: Callable[[Event], dict[str, Any]],
    now: int,
) -> None:
    """Take an event, consumed at ``now`` (ms), into these aggregates of its name; nothing else changes.

    ``properties`` decodes the event's, and is asked only when an aggregate reads them.
    """
    for aggregate in aggregates:
        if aggregate.during is not None and not aggregate.during(event):
            continue
        if aggregate.matches is not None and not aggregate.matches(properties(event)):
            continue
        number = aggregate.id
        if aggregate.counted:
            contact.counts[number] = contact.counts.get(number, 0) + 1
        if aggregate.keep:
            contact.rings[number] = remembered(contact.rings.get(number), event.at, aggregate.keep)
        if aggregate.form:
            read = value_at(properties(event), aggregate.path) if aggregate.path else None
            measured = _measured(aggregate, contact.measures.get(number), event.at, read, now)
            if measured is not None:
                contact.measures[number] = measured


def _measured(aggregate: Aggregate, held: Any, at: int, read: Any, now: int) -> Any:
    """The measure after one more event; as it was when the event has no such property."""
    if aggregate.span:
        value = SLIDING[aggregate.form](read)
        if value is None and aggregate.path:
            return held
        return series.added(held, at, value, now - aggregate.span)
    form = ALL_TIME[aggregate.form]
    value = form.stored(read)
    if value is None:
        return held
    one = form.one(at, value)
    return one if held is None else form.join(held, one)


def join(contact: Contact, other: Contact, aggregates: Mapping[int, Aggregate], now: int) -> None:
    """Add what ``other`` has: exactly what one contact with both histories would have.

    Measures that no rulebook asks for any more stay behind.
    """
    for number, count in other.counts.items():
        contact.counts[number] = contact.counts.get(number, 0) + count
    for number, ring in other.rings.items():
        mine = contact.rings.get(number, [])
        aggregate = aggregates.get(number)
        keep = aggregate.keep if aggregate and aggregate.keep else max(len(ring), len(mine))
        contact.rings[number] = sorted([*mine, *ring])[-keep:]
    for number, measure in other.measures.items():
        aggregate, held = aggregates.get(number), contact.measures.get(number)
        if aggregate is None or not aggregate.form:
            continue
        if held is None:
            contact.measures[number] = measure
        elif aggregate.span:
            contact.measures[number] = series.joined(held, measure, now - aggregate.span)
        else:
            contact.measures[number] = ALL_TIME[aggregate.form].join(held, measure)


def clear(contact: Contact, number: int) -> None:
    """Forget what the contact holds of one aggregate."""
    contact.counts.pop(number, None)
    contact.rings.pop(number, None)
    contact.measures.pop(number, None)


def copy(source: Contact, target: Contact, number: int) -> None:
    """Let ``target`` hold of one aggregate exactly what ``source`` holds."""
    clear(target, number)
    if number in source.counts:
        target.counts[number] = source.counts[number]
    if number in source.rings:
        target.rings[number] = source.rings[number]
    if number in source.measures:
        target.measures[number] = source.measures[number]


def remembered(ring: list[int] | None, at: int, keep: int) -> list[int]:
    """A new ring with ``at``: the ``keep`` latest event times, ascending, late arrivals in place."""
    if ring is None:
        return [at]
    if at >= ring[-1]:
        return [*ring, at] if len(ring) < keep else [*ring[len(ring) - keep + 1 :], at]
    grown = ring[:]
    insort(grown, at)
    return grown[-keep:]
