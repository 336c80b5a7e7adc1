"""Questions to the calendar where the contact is: which weekday, and whose day of the year."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, get_args

from engine.domain.conditions.demand import NO, Answer, Demand, Predicate
from engine.domain.conditions.when import date_of, datetime_of
from engine.domain.language.condition import Condition, Weekday
from engine.domain.profile.calendar import ZONE_ATTRIBUTE, begins, day_of, zone_of
from engine.domain.profile.contact import Contact

TODAY = "today"
LONGEST = 300
"""Days ahead that an anniversary may be looked for: more would be nearly always."""
_DAY = timedelta(days=1)
_WEEK = 7


def weekday(condition: Condition, demand: Demand) -> Predicate:
    """Whether it is one of these days, from midnight to midnight."""
    demand.attributes.add(ZONE_ATTRIBUTE)
    names = get_args(Weekday)
    wanted = {names.index(name) for name in condition.weekday or ()}
    workspace = demand.zone

    def holds(contact: Contact, now: int) -> Answer:
        zone = zone_of(contact, workspace)
        today = day_of(now, zone)
        yes = today.weekday() in wanted
        for ahead in range(1, _WEEK):
            day = today + ahead * _DAY
            if (day.weekday() in wanted) is not yes:
                return yes, begins(day, zone)
        return yes, 0

    return holds


def anniversary(
    condition: Condition, demand: Demand, value_of: Callable[[Contact], Any]
) -> Predicate:
    """Whether a date comes round today or within so many days; 29 February on the 28th in other years."""
    demand.attributes.add(ZONE_ATTRIBUTE)
    ahead, workspace = days_of(str(condition.anniversary)), demand.zone

    def holds(contact: Contact, now: int) -> Answer:
        zone = zone_of(contact, workspace)
        value = value_of(contact)
        first, at = date_of(value), datetime_of(value)
        if first is None:
            if at is None:
                return NO
            first = datetime.fromtimestamp(at / 1000, zone).date()
        today = day_of(now, zone)
        comes = in_year(first, today.year)
        if comes < today:
            comes = in_year(first, today.year + 1)
        if (comes - today).days <= ahead:
            return True, begins(comes + _DAY, zone)
        return False, begins(comes - ahead * _DAY, zone)

    return holds


def days_of(written: str) -> int:
    """``today`` -> 0, ``7d`` -> 7."""
    return 0 if written == TODAY else int(written.removesuffix("d"))


def in_year(first: date, year: int) -> date:
    """The day as it comes round in this year: 29 February on the 28th where there is none."""
    try:
        return first.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
