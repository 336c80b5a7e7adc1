"""Conditions on an order of events: ``did: A, then: B``, and ``did: A, not_then: B``.

Every A is looked at by itself. It is followed when each event of ``then`` came after the one before
it, the last of them within ``within`` of A: a < b < c < a + within, all by event time. What happened at
the same millisecond happened in no order, so it follows nothing. Without ``within`` any time later will do.

    then        A counts when it is followed
    not_then    A counts from a + within on when it was not followed by then, and for good: what comes
                later does not undo it, only what is told late. Without ``within``: from A on until it
                is followed, "not yet"
    in_last     only an A in this window counts: each until a + in_last
    since, before    only an A between them

``at_least``, ``at_most`` and ``exactly`` say how many A's count; without them one is enough.

Each event of a sequence is a series of times of its own, shared with everything else that asks for
the same one: the latest 1,000 of each within ``in_last`` are exact, older ones are put together by the
hour and make the answer approximate. "A then B ever" and "A and not yet B" need no more than two times.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from engine.domain.aggregates import series
from engine.domain.aggregates.aggregate import Aggregate, aggregate_id
from engine.domain.comparison import matcher
from engine.domain.conditions.counted import measure_of
from engine.domain.conditions.demand import NO, UNKNOWN, YES, Answer, Demand, Predicate
from engine.domain.duration import milliseconds
from engine.domain.event import Event
from engine.domain.language.condition import EVER, Condition, Next, Where, bounds_of
from engine.domain.profile.calendar import written
from engine.domain.profile.contact import Contact

During = Callable[[Event], bool]
Interval = tuple[int, int, int]
"""From when on and until when so many A's count."""


def following(condition: Condition) -> tuple[Next, ...]:
    """The events after the first, in their order; none when it asks for no sequence."""
    asked = condition.then or condition.not_then or ()
    return asked if isinstance(asked, tuple) else (asked,)


def followed(
    condition: Condition, event: str, demand: Demand, during: During | None = None
) -> Predicate:
    """The sequence that begins with ``event``; ``during`` chooses among those by their time."""
    asked = sequence(condition, event, demand, during)
    names = [measure_of(number) for number in asked.reads]

    def holds(contact: Contact, now: int) -> Answer:
        if contact.pending and any(name in contact.pending for name in names):
            return UNKNOWN
        return asked.holds(contact, now)

    return holds


def sequence(
    condition: Condition, event: str, demand: Demand, during: During | None = None
) -> "Counted | Ever":
    """The question compiled; what it reads is added to ``demand``."""
    endless = condition.within is None and condition.in_last is None and during is None
    one = len(following(condition)) == 1 and bounds_of(condition) == (1, EVER)
    if endless and one:
        return Ever(condition, event, demand)
    return Counted(condition, event, demand, during)


class Counted:
    """How many A's count now."""

    def __init__(
        self, condition: Condition, event: str, demand: Demand, during: During | None
    ) -> None:
        self._least, self._most = bounds_of(condition)
        self._span = milliseconds(condition.in_last) if condition.in_last else EVER
        self._within = milliseconds(condition.within) if condition.within else EVER
        self._missing = condition.not_then is not None
        dates = [f"{name} {at}" for name in ("since", "before") if (at := getattr(condition, name))]
        first = _series(event, condition.where, demand, self._span, *dates)
        first.during = during
        rest = [_series(one.event, one.where, demand, self._span) for one in following(condition)]
        self.reads = [first.id, *(one.id for one in rest)]

    def holds(self, contact: Contact, now: int) -> Answer:
        """With the first instant at which too few or too many count, or no longer do."""
        count, changes = 0, Counter[int]()
        for begins, ends, weight in self._intervals(contact):
            if begins <= now < ends:
                count += weight
            for at, change in ((begins, weight), (ends, -weight)):
                if now < at < EVER:
                    changes[at] += change
        yes = self._least <= count <= self._most
        for at in sorted(changes):
            count += changes[at]
            if (self._least <= count <= self._most) is not yes:
                return yes, at
        return yes, 0

    def seen(self, contact: Contact, now: int) -> dict[str, Any]:
        """``approximate`` where there were too many to keep one by one."""
        count = sum(
            weight for begins, ends, weight in self._intervals(contact) if begins <= now < ends
        )
        held = (contact.measures.get(one, series.EMPTY) for one in self.reads)
        return {"times": count} | (
            {"approximate": True} if any(map(series.approximate, held)) else {}
        )

    def _intervals(self, contact: Contact) -> Iterator[Interval]:
        """When each A counts, as far as it is known."""
        first, *rest = (
            series.opened(contact.measures.get(one, series.EMPTY)) for one in self.reads
        )
        later = [columns.times for columns in rest]
        for place, at in enumerate(first.times):
            if self._follows(at, later) is self._missing:
                continue
            begins = at + self._within if self._missing and self._within < EVER else at
            if begins < at + self._span:
                yield begins, at + self._span, first.weights[place] if first.weights else 1

    def _follows(self, at: int, later: list[Sequence[int]]) -> bool:
        """The earliest that may follow leaves the most time to the next one."""
        last = at
        for times in later:
            place = bisect_right(times, last)
            if place == len(times):
                return False
            last = times[place]
        return last < at + self._within


class Ever:
    """Over all time the first A and the last B tell all, or the last of both."""

    def __init__(self, condition: Condition, event: str, demand: Demand) -> None:
        [step] = following(condition)
        self._missing = condition.not_then is not None
        first = _edge(event, condition.where, demand, "latest" if self._missing else "earliest")
        self.reads = [first, _edge(step.event, step.where, demand, "latest")]

    def holds(self, contact: Contact, now: int) -> Answer:  # noqa: ARG002 - one shape for both
        at, then = map(contact.measures.get, self.reads)
        if at is None:
            return NO
        came = then is not None and at < then
        return YES if came is not self._missing else NO

    def seen(self, contact: Contact, now: int) -> dict[str, Any]:  # noqa: ARG002 - as above
        at, then = (written(contact.measures.get(one, 0)) for one in self.reads)
        return {"last" if self._missing else "first": at, "then": then}


def _series(event: str, where: Where | None, demand: Demand, span: int, *more: str) -> Aggregate:
    number = aggregate_id(event, where, "times", *more)
    made = Aggregate(number, event, matcher(where))
    found = demand.aggregates.setdefault(number, made)
    found.form, found.span = "times", max(found.span, span)
    return found


def _edge(event: str, where: Where | None, demand: Demand, form: str) -> int:
    number = aggregate_id(event, where, form)
    demand.aggregates.setdefault(number, Aggregate(number, event, matcher(where))).form = form
    return number
