"""Conditions compiled: each becomes a function that answers for one contact at one instant.

An answer is (holds, flips): ``flips`` is the exact instant (ms) at which time alone may change the
answer, 0 when it cannot. Windows are by event time and half-open: an event at ``e`` counts within
``w`` at instant ``t`` while ``t < e + w``.

While what a condition reads is being rebuilt, ``holds`` is None: unknown. ``all``, ``any`` and
``not`` go on by Kleene's tables: an answer that no value of the unknown could change is known.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from engine.domain.aggregate import Aggregate, Matcher, aggregate_id
from engine.domain.asked import MISSING, Reading, asked
from engine.domain.attribute import COMPANY, same
from engine.domain.condition import Comparison, Condition, Where, comparison_of, question_of
from engine.domain.contact import NOTHING, Contact
from engine.domain.counted import count_of, measure_of, times_of
from engine.domain.duration import milliseconds
from engine.domain.path import value_at
from engine.domain.reserved import read
from engine.domain.shelf import holds_item

Answer = tuple[bool | None, int]
Predicate = Callable[[Contact, int], Answer]
Check = Callable[[Any], bool]

NO: Answer = (False, 0)
YES: Answer = (True, 0)
UNKNOWN: Answer = (None, 0)


class Demand(msgspec.Struct):
    """What compiled conditions read: aggregates by id, top-level attributes, other segments,
    collections.

    ``readings`` are the declared aggregates that they may ask about, by name.
    ``members`` is where they find how each of those segments is asked itself.
    """

    aggregates: dict[int, Aggregate] = {}
    attributes: set[str] = set()
    segments: set[str] = set()
    readings: dict[str, Reading] = {}
    members: dict[str, Predicate] = {}
    collections: set[str] = set()


def compiled(condition: Condition, demand: Demand) -> Predicate:
    """The condition as a function; what it reads is added to ``demand``."""
    question = question_of(condition)
    if question is None:
        message = "a condition asks exactly one question"
        raise ValueError(message)
    return _ASKED[question](condition, demand)


def _parts(parts: tuple[Condition, ...] | None, demand: Demand) -> list[Predicate]:
    return [compiled(part, demand) for part in parts or ()]


def _all(parts: list[Predicate]) -> Predicate:
    def holds(contact: Contact, now: int) -> Answer:
        flips = 0
        answer: bool | None = True
        for part in parts:
            yes, flip = part(contact, now)
            if flip and (flips == 0 or flip < flips):
                flips = flip
            if not yes and answer is not False:
                answer = yes
        return answer, flips

    return parts[0] if len(parts) == 1 else holds


def _any(parts: list[Predicate]) -> Predicate:
    def holds(contact: Contact, now: int) -> Answer:
        flips = 0
        answer: bool | None = False
        for part in parts:
            yes, flip = part(contact, now)
            if flip and (flips == 0 or flip < flips):
                flips = flip
            if yes is not False and not answer:
                answer = yes
        return answer, flips

    return parts[0] if len(parts) == 1 else holds


def _not(part: Predicate) -> Predicate:
    def holds(contact: Contact, now: int) -> Answer:
        yes, flip = part(contact, now)
        return (None if yes is None else not yes), flip

    return holds


def _member(segment: str, demand: Demand) -> Predicate:
    demand.segments.add(segment)
    members = demand.members

    def holds(contact: Contact, now: int) -> Answer:
        if contact.pending and segment in members and members[segment](contact, now)[0] is None:
            return UNKNOWN
        return YES if segment in contact.segments else NO

    return holds


def _attribute(condition: Condition, demand: Demand) -> Predicate:
    path = str(condition.attribute).split(".")
    demand.attributes.add(path[0])
    fits = comparison(comparison_of(condition))

    def holds(contact: Contact, now: int) -> Answer:  # noqa: ARG001 - one shape for all predicates
        return YES if fits(value_at(read(contact, path[0]), path[1:])) else NO

    return holds


def _collection(condition: Condition, demand: Demand) -> Predicate:
    """``contains`` asks for the key of an item; every other operator for a number of the summary."""
    name, part = str(condition.collection), condition.of or "count"
    demand.collections.add(name)
    wanted = condition.contains
    asked = msgspec.structs.replace(comparison_of(condition), contains=None)
    fits = comparison(asked)

    def holds(contact: Contact, now: int) -> Answer:  # noqa: ARG001 - one shape for all predicates
        if not fits(getattr(contact.collections.get(name, NOTHING), part)):
            return NO
        return YES if wanted is None or holds_item(contact, name, wanted) else NO

    return holds


def _aggregate(condition: Condition, demand: Demand) -> Predicate:
    reading = demand.readings.get(str(condition.aggregate), MISSING)
    demand.aggregates.update((read.id, read) for read in reading.aggregates)
    wanted = comparison_of(condition)
    answer = asked(reading, wanted, comparison(wanted))
    names = [measure_of(r.id) if r.form else count_of(r.id) for r in reading.aggregates]

    def holds(contact: Contact, now: int) -> Answer:
        if contact.pending and any(name in contact.pending for name in names):
            return UNKNOWN
        return answer(contact, now)

    return holds


def _company(condition: Condition, demand: Demand) -> Predicate:
    """Of the contact's first company, as far as that has told of itself."""
    path = str(condition.company).split(".")
    demand.attributes.add(COMPANY)
    fits = comparison(comparison_of(condition))

    def holds(contact: Contact, now: int) -> Answer:  # noqa: ARG001 - one shape for all predicates
        return YES if fits(value_at(contact.company, path)) else NO

    return holds


def _did(condition: Condition, event: str, demand: Demand) -> Predicate:
    number = aggregate_id(event, condition.where)
    read = demand.aggregates.get(number)
    if read is None:
        read = Aggregate(number, event, matcher(condition.where))
        demand.aggregates[number] = read
    least = int(condition.at_least or 1)
    if condition.within is None:
        read.counted = True
        return _counted(number, least)
    read.keep = max(read.keep, least)
    return _windowed(number, least, milliseconds(condition.within))


def _counted(number: int, least: int) -> Predicate:
    name = count_of(number)

    def holds(contact: Contact, now: int) -> Answer:  # noqa: ARG001 - one shape for all predicates
        if contact.pending and name in contact.pending:
            return UNKNOWN
        return YES if contact.counts.get(number, 0) >= least else NO

    return holds


def _windowed(number: int, least: int, window: int) -> Predicate:
    name = times_of(number)

    def holds(contact: Contact, now: int) -> Answer:
        if contact.pending and least > contact.pending.get(name, least):
            return UNKNOWN
        ring = contact.rings.get(number)
        if ring is None or len(ring) < least:
            return NO
        end = ring[-least] + window
        return (True, end) if now < end else NO

    return holds


def matcher(where: Where | None) -> Matcher | None:
    """``where`` as a function of an event's properties; None when it asks nothing."""
    if not where:
        return None
    checks = [
        (
            path.split("."),
            comparison(wanted if isinstance(wanted, Comparison) else Comparison(is_=wanted)),
        )
        for path, wanted in where.items()
    ]

    def matches(properties: dict[str, Any]) -> bool:
        return all(fits(value_at(properties, path)) for path, fits in checks)

    return matches


def comparison(wanted: Comparison) -> Check:
    """Every operator that was given must hold."""
    checks = [
        make(operand)
        for name, make in _OPERATORS.items()
        if (operand := getattr(wanted, name)) is not None
    ]
    if len(checks) == 1:
        return checks[0]
    return lambda value: all(check(value) for check in checks)


def _numeric(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _contains(value: Any, part: str) -> bool:
    if isinstance(value, str):
        return part in value
    return isinstance(value, list) and part in value


_OPERATORS: dict[str, Callable[[Any], Check]] = {
    "is_": lambda wanted: lambda value: same(value, wanted),
    "is_not": lambda wanted: lambda value: not same(value, wanted),
    "in_": lambda wanted: lambda value: any(same(value, one) for one in wanted),
    "over": lambda wanted: lambda value: _numeric(value) and value > wanted,
    "under": lambda wanted: lambda value: _numeric(value) and value < wanted,
    "at_least": lambda wanted: lambda value: _numeric(value) and value >= wanted,
    "at_most": lambda wanted: lambda value: _numeric(value) and value <= wanted,
    "contains": lambda wanted: lambda value: _contains(value, wanted),
    "starts_with": lambda wanted: lambda value: isinstance(value, str) and value.startswith(wanted),
    "exists": lambda wanted: lambda value: (value is not None) == wanted,
}

_ASKED: dict[str, Callable[[Condition, Demand], Predicate]] = {
    "all": lambda condition, demand: _all(_parts(condition.all, demand)),
    "any": lambda condition, demand: _any(_parts(condition.any, demand)),
    "not_": lambda condition, demand: _not(*_parts((condition.not_ or condition,), demand)),
    "attribute": _attribute,
    "company": _company,
    "aggregate": _aggregate,
    "did": lambda condition, demand: _did(condition, str(condition.did), demand),
    "did_not": lambda condition, demand: _not(_did(condition, str(condition.did_not), demand)),
    "segment": lambda condition, demand: _member(str(condition.segment), demand),
    "collection": _collection,
}
