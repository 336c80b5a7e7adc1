"""What a wait aims at: the instant that its calendar keys name, on the clock of the contact.

at              the next time that the clock shows this
weekday         with ``at`` only on these days; alone, the first instant of such a day, now if it is one
between         the first instant within these hours, now if it is within them; over midnight too
date            an attribute's day, at midnight or ``at`` this time, or the instant that it holds
before, after   so much before or after the date; whole days are days of the calendar

A time that a day skips in spring is taken as much later as the clock jumped; of a time that comes
twice in autumn the first is taken.
"""

from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from engine.domain.conditions.when import date_of, datetime_of
from engine.domain.duration import DAY, milliseconds
from engine.domain.language.condition import Weekday
from engine.domain.language.pause import Wait
from engine.domain.path import value_at
from engine.domain.profile.calendar import next_local, shown
from engine.domain.profile.contact import Contact
from engine.domain.profile.reserved import read

MIDNIGHT = "00:00"
NO_DATE = 1
"""The instant that stands for a date which is not there: overdue by any measure."""
_DAY = timedelta(days=1)
_WEEK = 8


def is_calendar(step: Wait) -> bool:
    """Whether it aims at something that depends on where the contact is, or on its attributes."""
    return any((step.at, step.weekday, step.between, step.date))


def aimed(step: Wait, contact: Contact, zone: ZoneInfo, since: int) -> int:
    """The instant (ms), from ``since`` on; a date may lie in the past."""
    at = since
    if step.date is not None:
        at = _date(step, contact, zone)
        if at == NO_DATE:
            return at
    elif step.at is not None:
        at = _next(since, step.at, _days(step), zone)
    if step.between is not None:
        return _opening(at, step.between, _days(step), zone)
    if step.weekday is not None and step.at is None:
        return _opening(at, (MIDNIGHT, MIDNIGHT), _days(step), zone)
    return at


def _days(step: Wait) -> set[int]:
    """Monday is 0."""
    names = get_args(Weekday)
    return {names.index(name) for name in step.weekday or names}


def _next(since: int, at: str, days: set[int], zone: ZoneInfo) -> int:
    while True:
        found = next_local(since, at, zone)
        if _local(found, zone).weekday() in days:
            return found
        since = found + 1


def _opening(since: int, hours: tuple[str, ...], days: set[int], zone: ZoneInfo) -> int:
    """Of hours over midnight the day on which they begin counts."""
    opens, closes = hours
    first = _local(since, zone) - _DAY
    for ahead in range(_WEEK + 1):
        day = first + ahead * _DAY
        end = shown(day if closes > opens else day + _DAY, closes, zone)
        if day.weekday() in days and end > since:
            return max(since, shown(day, opens, zone))
    return since


def _date(step: Wait, contact: Contact, zone: ZoneInfo) -> int:
    name, *path = str(step.date).split(".")
    value = value_at(read(contact, name), path)
    shift = milliseconds(step.after) if step.after else 0
    shift -= milliseconds(step.before) if step.before else 0
    day, instant = date_of(value), datetime_of(value)
    if day is None and instant is None:
        return NO_DATE
    if day is None and instant is not None:
        if step.at is None:
            return max(instant + shift, NO_DATE)
        day = _local(instant, zone)
    whole, rest = divmod(shift, DAY)
    found = shown((day or date.min) + timedelta(days=whole), step.at or MIDNIGHT, zone) + rest
    return max(found, NO_DATE)


def _local(instant: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(instant / 1000, UTC).astimezone(zone).date()
