"""Where an instant lies, seen from now or on the calendar: ``in_next: 30d``, ``before: 2026-04-01``.

A datetime is an instant, and days are 24 hours from it. A date is the whole of that day where the
contact is, from midnight to midnight of its zone, and days are days of that calendar: 23 or 25 hours
when the clocks change. Each key is an interval of now, closed at its beginning, open at its end:

in_next: w      from w before the beginning on, to the end
in_last: w      from the beginning on, to w after the end
older_than: w   from w after the end on

``since`` and ``before`` compare the beginning with another one: a date begins where the contact is.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from engine.domain.conditions.demand import NO, Answer, Demand, Predicate
from engine.domain.duration import DAY, milliseconds
from engine.domain.language.condition import When
from engine.domain.profile.attribute import is_date, is_datetime
from engine.domain.profile.calendar import ZONE_ATTRIBUTE, begins, zone_named, zone_of
from engine.domain.profile.contact import Contact

NEVER = 2**53
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
YEARS = range(1800, 2201)
"""Years that are looked at; a day beyond is no date."""
LONGEST = 36_500 * DAY
"""The longest span."""


class Day(NamedTuple):
    """A date, where somebody is."""

    date: date
    zone: ZoneInfo

    def begins(self, days: int = 0) -> int:
        return begins(self.date + timedelta(days=days), self.zone)


class Placed(Protocol):
    """Asks about what lies between ``start`` and ``end`` (ms), of a whole day with that ``day``."""

    def __call__(
        self, start: int, end: int, day: Day | None, contact: Contact, now: int
    ) -> Answer: ...


def dated(wanted: When, demand: Demand, value_of: Callable[[Contact], Any]) -> Predicate:
    """The question asked of a date or datetime; what is neither does not fit."""
    demand.attributes.add(ZONE_ATTRIBUTE)
    when, workspace = placed(wanted, demand), demand.zone

    def holds(contact: Contact, now: int) -> Answer:
        value = value_of(contact)
        found = date_of(value)
        if found is not None:
            day = Day(found, zone_of(contact, workspace))
            return when(day.begins(), day.begins(1), day, contact, now)
        at = datetime_of(value)
        return NO if at is None else when(at, at, None, contact, now)

    return holds


def placed(wanted: When, demand: Demand) -> Placed:
    """Every key that was given must hold."""
    asked = [
        (make, min(milliseconds(span), LONGEST))
        for name, make in _SPANS.items()
        if (span := getattr(wanted, name)) is not None
    ]
    since, before, workspace = wanted.since, wanted.before, demand.zone
    for written in filter(None, (since, before)):
        instant_of(written, workspace, workspace)  # a ValueError here refuses the document
        demand.attributes.add(ZONE_ATTRIBUTE)

    def holds(start: int, end: int, day: Day | None, contact: Contact, now: int) -> Answer:
        if since or before:
            zone = zone_of(contact, workspace).key
            if since and start < instant_of(since, zone, workspace):
                return NO
            if before and start >= instant_of(before, zone, workspace):
                return NO
        edges = [make(start, end, day, span) for make, span in asked]
        return _between(
            max((first for first, _ in edges), default=0),
            min((last for _, last in edges), default=NEVER),
            now,
        )

    return holds


def _between(first: int, last: int, now: int) -> Answer:
    if now >= last or first >= last:
        return NO
    if now < first:
        return False, first
    return True, last if last < NEVER else 0


def _before(start: int, day: Day | None, span: int) -> int:
    return day.begins(-span // DAY) if day and span % DAY == 0 else start - span


def _after(end: int, day: Day | None, span: int) -> int:
    return day.begins(1 + span // DAY) if day and span % DAY == 0 else end + span


_SPANS: dict[str, Callable[[int, int, Day | None, int], tuple[int, int]]] = {
    "in_next": lambda start, end, day, span: (_before(start, day, span), end),
    "in_last": lambda start, end, day, span: (start, _after(end, day, span)),
    "older_than": lambda _start, end, day, span: (_after(end, day, span), NEVER),
}


def date_of(value: Any) -> date | None:
    """``YYYY-MM-DD``, of a day that there is."""
    if not isinstance(value, str) or not is_date(value):
        return None
    found = date.fromisoformat(value)
    return found if found.year in YEARS else None


def datetime_of(value: Any) -> int | None:
    """RFC 3339 with an offset, as ms."""
    if not isinstance(value, str) or not is_datetime(value):
        return None
    found = datetime.fromisoformat(value.upper())
    return (found - EPOCH) // MILLISECOND if found.year in YEARS else None


@lru_cache(maxsize=1024)
def instant_of(written: str, zone: str, workspace: str) -> int:
    """A date's beginning in the zone, or an instant (ms). Raises ValueError for what is neither."""
    found = date_of(written)
    if found is not None:
        known = zone_named(zone) or zone_named(workspace) or ZoneInfo("UTC")
        return begins(found, known)
    at = datetime_of(written)
    if at is None:
        message = f"{written!r} is neither a date nor an instant with its offset"
        raise ValueError(message)
    return at
