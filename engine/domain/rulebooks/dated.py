"""When a trigger's date comes for a contact: the day of an attribute or of a calendar, where it is.

date            the attribute's day; of a datetime its instant, or with ``at`` or ``every`` its day
before, after   so much before or after it; whole days are days of the calendar
every: year     the day comes round each year, from its own year on; 29 February on the 28th in others
calendar        the days of a rule, which loading has expanded for some years
at              the contact's local time; without it midnight

A time that a day skips in spring is taken as much later as the clock jumped; of a time that comes
twice in autumn the first is taken. What comes due is told apart by its mark: an instant, or the UTC
midnight of the day itself (ms), whatever zone the contact is in. So nobody enters twice for one date.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from engine.domain.conditions.almanac import in_year
from engine.domain.conditions.when import EPOCH, LONGEST, date_of, datetime_of
from engine.domain.duration import DAY, milliseconds
from engine.domain.language.scenario import Scenario
from engine.domain.language.trigger import Trigger
from engine.domain.path import value_at
from engine.domain.profile.calendar import ZONE_ATTRIBUTE, shown
from engine.domain.profile.contact import Contact
from engine.domain.profile.reserved import read
from engine.domain.rulebooks.definitions import ALL, Definitions, calendar_of
from engine.domain.rulebooks.succession import in_share, lot_of

MIDNIGHT = "00:00"
_EPOCH = EPOCH.date()
_DAY = timedelta(days=1)
Anchor = date | int
"""A day, or an instant (ms)."""


class Dated(msgspec.Struct, frozen=True):
    """A trigger compiled; ``shift`` (ms) is what comes due later than the date, ``days`` are a calendar's."""

    scenario: str
    path: tuple[str, ...] = ()
    shift: int = 0
    yearly: bool = False
    at: str | None = None
    days: tuple[int, ...] = ()

    @property
    def attribute(self) -> str:
        """What the date is read from; "" for a calendar."""
        return self.path[0] if self.path else ""


class Dates:
    """The triggers that are dates: by scenario, and by the attributes that set them.

    A version that is for a share of contacts has a trigger, and the former one for the others another.
    """

    def __init__(self, definitions: Definitions) -> None:
        self._in_force: dict[str, Dated] = {}
        self._former: dict[str, tuple[Scenario, Dated | None]] = {}
        self.by: dict[str, list[str]] = {}
        known = {(one.scenario, one.version): one for one in definitions.retired}
        for one in definitions.scenarios:
            days = definitions.calendars.get(one.scenario, ())
            if (plan := _dated_of(one, days)) is not None:
                self._in_force[one.scenario] = plan
            if one.share < ALL:
                former = known.get((one.scenario, one.former))
                days = definitions.calendars.get(calendar_of(one.scenario, one.former), ())
                self._former[one.scenario] = one, _dated_of(former, days) if former else None
        self.names = frozenset(self._in_force) | {
            name for name, (_, plan) in self._former.items() if plan is not None
        }
        for name in sorted(self.names):
            for attribute in {ZONE_ATTRIBUTE, *(plan.attribute for plan in self.all_of(name))}:
                self.by.setdefault(attribute, []).append(name)

    def all_of(self, scenario: str) -> list[Dated]:
        """What some contact may wait for."""
        former = self._former[scenario][1] if scenario in self._former else None
        return [plan for plan in (self._in_force.get(scenario), former) if plan is not None]

    def asked(self, scenario: str) -> object:
        """What every contact has to be met for when it is another: the dates, and whose they are."""
        plan = self._in_force.get(scenario)
        if scenario not in self._former:
            return plan
        written, former = self._former[scenario]
        return [plan, former, lot_of(written), written.share]

    def of(self, scenario: str, contact: Contact) -> Dated | None:
        """By the version that the contact enters."""
        if scenario in self._former:
            written, former = self._former[scenario]
            if not in_share(written, contact):
                return former
        return self._in_force.get(scenario)


def _dated_of(scenario: Scenario, days: tuple[str, ...]) -> Dated | None:
    return dated(scenario.scenario, scenario.trigger, days) if scenario.trigger else None


def dated(scenario: str, trigger: Trigger, days: tuple[str, ...]) -> Dated | None:
    """None for a trigger that is a moment. ``days`` are those of its calendar, in order."""
    if trigger.calendar is not None:
        marks = tuple(_mark(date.fromisoformat(day)) for day in days)
        return Dated(scenario, at=trigger.at, days=marks)
    if trigger.date is None:
        return None
    shift = _span(trigger.after) - _span(trigger.before)
    path = tuple(trigger.date.split("."))
    return Dated(scenario, path, shift, trigger.every is not None, trigger.at)


def due_of(plan: Dated, contact: Contact, zone: ZoneInfo, mark: int) -> int | None:
    """When (ms) the date of this mark comes due; None when it is no date of the contact's."""
    if not plan.path:
        return _due(plan, mark, zone) if mark in plan.days else None
    anchor = _anchor(plan, contact, zone)
    if isinstance(anchor, int):
        return anchor + plan.shift if anchor == mark else None
    if anchor is None:
        return None
    year = _day(mark).year
    day = in_year(anchor, year) if plan.yearly and year >= anchor.year else anchor
    return _due(plan, mark, zone) if _mark(day) == mark else None


def next_due(
    plan: Dated, contact: Contact, zone: ZoneInfo, since: int, fired: int | None
) -> tuple[int, int] | None:
    """The first (instant, mark) from ``since`` on, of those after the one that has come already."""
    anchor = _anchor(plan, contact, zone) if plan.path else None
    if isinstance(anchor, int):
        dues: Iterator[tuple[int, int]] = iter([(anchor + plan.shift, anchor)])
    else:
        marks = _rounds(plan, anchor, since, zone) if plan.path else _calendar(plan, since, zone)
        dues = ((_due(plan, mark, zone), mark) for mark in marks)
    for due, mark in dues:
        if due >= since and (fired is None or mark > fired):
            return due, mark
    return None


def _anchor(plan: Dated, contact: Contact, zone: ZoneInfo) -> Anchor | None:
    name, *path = plan.path
    value = value_at(read(contact, name), path)
    day, instant = date_of(value), datetime_of(value)
    if instant is None or (plan.at is None and not plan.yearly):
        return day or instant
    return _local(instant, zone)


def _calendar(plan: Dated, since: int, zone: ZoneInfo) -> Iterator[int]:
    first = bisect_left(plan.days, _mark(_local(since, zone) - _DAY))
    yield from plan.days[first:]


def _rounds(plan: Dated, anchor: date | None, since: int, zone: ZoneInfo) -> Iterator[int]:
    """The day itself, or as it comes round in the years about this instant."""
    if anchor is None:
        return
    if not plan.yearly:
        yield _mark(anchor)
        return
    about = (_local(since, zone) - timedelta(milliseconds=plan.shift)).year
    first = max(anchor.year, about - 1)
    for year in range(first, max(first, about + 2) + 1):
        yield _mark(in_year(anchor, year))


def _due(plan: Dated, mark: int, zone: ZoneInfo) -> int:
    whole, rest = divmod(plan.shift, DAY)
    return shown(_day(mark) + whole * _DAY, plan.at or MIDNIGHT, zone) + rest


def _mark(day: date) -> int:
    return (day - _EPOCH).days * DAY


def _day(mark: int) -> date:
    return _EPOCH + mark // DAY * _DAY


def _local(instant: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(instant / 1000, UTC).astimezone(zone).date()


def _span(written: str | None) -> int:
    return min(milliseconds(written), LONGEST) if written else 0
