"""Dates that start scenarios come at the instants that the calendars of this world name, each once."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.domain import builders as build

ZONES = (
    "UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
    "America/Santiago", "Africa/Cairo", "Pacific/Kiritimati", "Pacific/Pago_Pago",
)  # fmt: skip
TIMES = ("00:00", "00:30", "02:15", "09:00", "23:59")
SHIFTS: tuple[tuple[dict[str, str], timedelta, timedelta], ...] = (
    ({}, timedelta(), timedelta()),
    ({"before": "30d"}, timedelta(days=-30), timedelta()),
    ({"after": "2d"}, timedelta(days=2), timedelta()),
    ({"after": "6h"}, timedelta(), timedelta(hours=6)),
)
BEGIN = datetime(2025, 6, 1, 12, tzinfo=UTC)
END = datetime(2028, 3, 5, tzinfo=UTC)
DAY = timedelta(days=1)

zones = st.sampled_from(ZONES)
days = st.one_of(
    st.dates(date(2025, 3, 1), date(2028, 3, 1)),
    st.sampled_from([date(1992, 2, 29), date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 14)]),
)


class Drawn(NamedTuple):
    zone: str
    at: str
    shift: tuple[dict[str, str], timedelta, timedelta]
    yearly: bool
    day: date


drawn = st.builds(
    Drawn, zones, st.sampled_from(TIMES), st.sampled_from(SHIFTS), st.booleans(), days
)


@cache
def shown(day: date, at: str, zone: str) -> datetime:
    """The first instant at which a clock there shows it; in a gap, what it would show unmoved."""
    naive, place = datetime.combine(day, time.fromisoformat(at)), ZoneInfo(zone)
    about = naive.replace(tzinfo=UTC)
    hours = [about + timedelta(hours=step) for step in range(-36, 37)]
    offsets = [hour.astimezone(place).utcoffset() or timedelta() for hour in hours]
    found = {about - offset for offset in offsets}
    hits = [one for one in found if one.astimezone(place).replace(tzinfo=None) == naive]
    return min(hits) if hits else about - offsets[0]


def rounds(day: date, *, yearly: bool) -> list[date]:
    if not yearly:
        return [day]
    years = range(max(day.year, BEGIN.year - 1), END.year + 2)
    leap = [year for year in years if (day.month, day.day) != (2, 29) or year % 4 == 0]
    return [day.replace(year=year) if year in leap else date(year, 2, 28) for year in years]


def lived(trigger: dict[str, Any], zone: str, calendar: tuple[str, ...] = ()) -> build.Life:
    scenario = build.scenario("due", trigger, build.leave("end"))
    now = int(BEGIN.timestamp() * 1000)
    return build.life(scenario, now=now, zone=zone, calendars={"due": calendar})


def instants(one: build.Life) -> list[datetime]:
    return [
        datetime.fromtimestamp((build.NOON + at) / 1000, UTC) for _, at in one.said("run_entered")
    ]


@given(drawn)
@settings(max_examples=60, deadline=None)
def test_a_date_comes_when_the_clocks_of_its_zone_show_it(one: Drawn) -> None:
    written, whole, rest = one.shift
    every = {"every": "year"} if one.yearly else {}
    life = lived({"date": "day", "at": one.at, **written, **every}, one.zone)
    life.tells(day=one.day.isoformat())
    life.until(int(END.timestamp() * 1000))
    dues = [
        shown(day + whole, one.at, one.zone) + rest for day in rounds(one.day, yearly=one.yearly)
    ]
    assert instants(life) == [due for due in dues if BEGIN <= due <= END]


@given(zones, st.sampled_from(TIMES), st.sets(days, min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_a_calendar_comes_on_its_days_where_the_contact_is(
    zone: str, at: str, chosen: set[date]
) -> None:
    named = sorted(chosen)
    life = lived(
        {"calendar": "FREQ=DAILY", "at": at}, zone, tuple(day.isoformat() for day in named)
    )
    life.does("Seen")
    life.until(int(END.timestamp() * 1000))
    dues = [shown(day, at, zone) for day in named]
    assert instants(life) == [due for due in dues if BEGIN <= due <= END]


journeys = st.lists(st.tuples(st.integers(1, 40), zones), min_size=1, max_size=8)


@given(drawn, journeys)
@settings(max_examples=60, deadline=None)
def test_a_traveller_meets_each_day_of_a_calendar_once_and_never_early(
    one: Drawn, journey: list[tuple[int, str]]
) -> None:
    named = [BEGIN.date() + number * DAY for number in range(-2, 20)]
    life = lived({"calendar": "FREQ=DAILY", "at": one.at}, one.zone, tuple(map(str, named)))
    life.does("Seen")
    places = {BEGIN: one.zone}
    for hours, zone in journey:
        life.passes(f"{hours}h")
        life.tells(timezone=zone)
        places[datetime.fromtimestamp(life.now / 1000, UTC)] = zone
    life.until(int(END.timestamp() * 1000))
    came = instants(life)
    legs = [*places, END]
    expected, done = [], set()
    for (since, zone), until in zip(places.items(), legs[1:], strict=True):
        still = awaited(places, since, named, one.at)
        for day in named:
            due = shown(day, one.at, zone)
            if day not in done and due <= until and (due > since or day in still):
                done.add(day)
                expected.append(max(due, since))
    assert came == sorted(expected)


def awaited(places: dict[datetime, str], since: datetime, named: list[date], at: str) -> set[date]:
    """The days that were still to come on the leg before this one."""
    earlier = [(begin, zone) for begin, zone in places.items() if begin < since]
    if not earlier:
        return set()
    _begin, zone = earlier[-1]
    return {day for day in named if shown(day, at, zone) > since}
