"""Conditions compiled: each becomes a function that answers for one contact at one instant.

Windows are by event time and half-open: an event at ``e`` counts within ``w`` at instant ``t`` while
``t < e + w``. Groups answer by Kleene's tables: an answer that no value of the unknown could change
is known.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from engine.domain.aggregates.asked import MISSING, asked
from engine.domain.comparison import comparison
from engine.domain.conditions.almanac import anniversary, weekday
from engine.domain.conditions.contact_list import listed
from engine.domain.conditions.counted import collection_of, count_of, measure_of
from engine.domain.conditions.demand import NO, UNKNOWN, YES, Answer, Demand, Predicate
from engine.domain.conditions.grading import grading
from engine.domain.conditions.level import scored
from engine.domain.conditions.lot import drawn
from engine.domain.conditions.occurrence import occurred
from engine.domain.conditions.passage import passing
from engine.domain.conditions.reach import reachable
from engine.domain.conditions.when import dated
from engine.domain.language.condition import (
    OPERATORS,
    Condition,
    as_did,
    comparison_of,
    question_of,
    when_of,
)
from engine.domain.language.stage import as_segments, wanted_of
from engine.domain.path import value_at
from engine.domain.profile.attribute import COMPANY
from engine.domain.profile.contact import NOTHING, Contact
from engine.domain.profile.reserved import read
from engine.domain.profile.shelf import holds_item


def compiled(condition: Condition, demand: Demand) -> Predicate:
    """The condition as a function; what it reads is added to ``demand``."""
    question = question_of(condition)
    if question is None:
        message = "a condition asks exactly one question"
        raise ValueError(message)
    return _ASKED[question](condition, demand)


def _parts(parts: tuple[Condition, ...] | None, demand: Demand) -> list[Predicate]:
    return [compiled(part, demand) for part in parts or ()]


def _earliest(flips: Iterable[int]) -> int:
    return min(filter(None, flips), default=0)


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


def _exactly_one(parts: list[Predicate]) -> Predicate:
    def holds(contact: Contact, now: int) -> Answer:
        answers = [part(contact, now) for part in parts]
        flips = _earliest(flip for _yes, flip in answers)
        known = sum(yes is True for yes, _flip in answers)
        if known <= 1 and any(yes is None for yes, _flip in answers):
            return None, flips
        return known == 1, flips

    return holds


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
    name, *path = str(condition.attribute).split(".")
    demand.attributes.add(name)
    return _valued(condition, demand, lambda contact: value_at(read(contact, name), path))


def _company(condition: Condition, demand: Demand) -> Predicate:
    """Of the contact's first company, as far as that has told of itself."""
    path = str(condition.company).split(".")
    demand.attributes.add(COMPANY)
    return _valued(condition, demand, lambda contact: value_at(contact.company, path))


def _valued(condition: Condition, demand: Demand, value_of: Callable[[Contact], Any]) -> Predicate:
    """A value compared, placed in time, or both."""
    fits = comparison(comparison_of(condition))

    def holds(contact: Contact, now: int) -> Answer:  # noqa: ARG001 - one shape for all predicates
        return YES if fits(value_of(contact)) else NO

    questions: list[Predicate] = []
    when = when_of(condition)
    if when is not None:
        questions.append(dated(when, demand, value_of))
    if condition.anniversary is not None:
        questions.append(anniversary(condition, demand, value_of))
    if not questions or any(getattr(condition, name) is not None for name in OPERATORS):
        questions.append(holds)
    return _all(questions)


def _collection(condition: Condition, demand: Demand) -> Predicate:
    """``contains`` asks for the key of an item; every other operator for a number of the summary."""
    name, part = str(condition.collection), str(condition.of or "count")
    demand.collections.add(name)
    wanted = condition.contains
    asked = msgspec.structs.replace(comparison_of(condition), contains=None)
    fits = comparison(asked)
    waits = collection_of(demand.kept[name]) if name in demand.kept else ""

    def holds(contact: Contact, now: int) -> Answer:  # noqa: ARG001 - one shape for all predicates
        if contact.pending and waits in contact.pending:
            return UNKNOWN
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


_ASKED: dict[str, Callable[[Condition, Demand], Predicate]] = {
    "all": lambda condition, demand: _all(_parts(condition.all, demand)),
    "any": lambda condition, demand: _any(_parts(condition.any, demand)),
    "none": lambda condition, demand: _not(_any(_parts(condition.none, demand))),
    "exactly_one": lambda condition, demand: _exactly_one(_parts(condition.exactly_one, demand)),
    "not_": lambda condition, demand: _not(*_parts((condition.not_ or condition,), demand)),
    "attribute": _attribute,
    "company": _company,
    "aggregate": _aggregate,
    "did": lambda condition, demand: occurred(condition, str(condition.did), demand),
    "did_not": lambda condition, demand: _not(occurred(condition, str(condition.did_not), demand)),
    "message": lambda condition, demand: compiled(as_did(condition), demand),
    "segment": lambda condition, demand: _member(str(condition.segment), demand),
    "collection": _collection,
    "score": scored,
    "grade": grading,
    "scenario": passing,
    "list": listed,
    "weekday": weekday,
    "reachable": reachable,
    "stage": lambda condition, demand: compiled(
        as_segments(wanted_of(condition), demand.stages), demand
    ),
    "percent": lambda condition, _demand: drawn(condition),
}
