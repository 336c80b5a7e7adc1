"""Rules of RFC 5545, section 3.3.10, as the days that they name: the core gets those, for some years."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from dateutil.rrule import rrule, rruleset, rrulestr

from engine.domain.language.scenario import Scenario
from engine.domain.language.trigger import Trigger
from engine.loading.country import AFTER, BEFORE, holidays_of, is_known
from engine.loading.shape import Problems

_DAILY = frozenset({"YEARLY", "MONTHLY", "WEEKLY", "DAILY"})
_CLOCK = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
_DAYS = frozenset({"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYEASTER"})


def calendars(scenarios: Iterable[Scenario], country: str, now: int) -> dict[str, tuple[str, ...]]:
    """The days (ISO 8601) of each scenario's calendar, as they are around an instant (ms)."""
    return {
        one.scenario: _days(one.trigger, country, now)
        for one in scenarios
        if one.trigger is not None and one.trigger.calendar is not None
    }


def holiday_problems(trigger: Trigger | None, country: str) -> Problems:
    """Not of every country holidays are known."""
    if trigger is not None and trigger.holidays is not None and not is_known(country):
        yield ("trigger", "holidays"), f"no public holidays are known of {country}"


def _days(trigger: Trigger, country: str, now: int) -> tuple[str, ...]:
    year = datetime.fromtimestamp(now / 1000, UTC).year
    begins, ends = datetime(year - BEFORE, 1, 1), datetime(year + AFTER, 12, 31)  # noqa: DTZ001 - days of no zone
    rule = parsed(str(trigger.calendar), trigger.first or begins.date().isoformat())
    named = [day.date().isoformat() for day in rule.between(begins, ends, inc=True)]
    if trigger.holidays is None:
        return tuple(named)
    off = frozenset(holidays_of(country, now))
    return tuple(day for day in named if (day in off) is (trigger.holidays == "only"))


def parsed(rule: str, first: str) -> rrule | rruleset:
    """Raises ValueError for what is no rule."""
    begins = datetime.combine(date.fromisoformat(first), datetime.min.time())
    return rrulestr(rule, dtstart=begins)


def rule_problem(rule: str, first: str | None) -> str:
    """What is wrong with a rule, "" for nothing."""
    parts = dict(part.upper().partition("=")[::2] for part in rule.strip().split(";"))
    frequency = parts.get("FREQ")
    if "\n" in rule or ":" in rule or frequency is None:
        return f"{rule!r} is no rule of RFC 5545, as FREQ=WEEKLY;BYDAY=MO"
    if frequency not in _DAILY or parts.keys() & _CLOCK:
        return "names days, as FREQ=DAILY does; the time of day is at"
    try:
        parsed(rule, first or "2000-01-01")
    except (ValueError, TypeError, KeyError) as error:
        return f"{rule!r} is no rule of RFC 5545: {error}"
    if first is None and ("COUNT" in parts or parts.get("INTERVAL", "1") != "1"):
        return "counts from a day: name it as first"
    if first is None and frequency != "DAILY" and not parts.keys() & _DAYS:
        return "names no day: add BYDAY or BYMONTHDAY, or first"
    return ""
