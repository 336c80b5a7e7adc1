"""Dates and datetimes seen from now: spans, calendar days over clock changes, zones that move."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.domain.profile.calendar import begins, day_of
from tests.unit.domain.builders import DAY, HOUR, NOON, Life, life, segment


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def told(value: Any, now: int = NOON, zone: str = "UTC", **question: Any) -> Life:
    one = life(segment("s", attribute="d", **question), now=now)
    one.tells(d=value, timezone=zone)
    return one


def crossed(one: Life) -> list[int]:
    return sorted(fact.at for fact in one.facts if fact.what in {"segment_entered", "segment_left"})


@pytest.mark.parametrize(
    ("question", "entered", "left"),
    [
        ({"in_next": "2d"}, 8 * DAY, 10 * DAY),
        ({"in_last": "2d"}, 10 * DAY, 12 * DAY),
        ({"older_than": "2d"}, 12 * DAY, None),
    ],
)
def test_an_instant_is_left_and_reached_to_the_millisecond(
    question: dict[str, str], entered: int, left: int | None
) -> None:
    one = told("2023-11-25T12:00:00Z", **question)
    one.passes("100d")
    assert [at - NOON for at in crossed(one)] == [entered, *([left] if left else [])]


def test_a_date_lasts_from_midnight_to_midnight_where_the_contact_is() -> None:
    """mautic#17319: a date condition in UTC is a day off for half the world."""
    one = told("2023-11-20", zone="America/Los_Angeles", in_next="1d")
    one.passes("30d")
    zone = "-08:00"
    assert crossed(one) == [ms(f"2023-11-19T00:00:00{zone}"), ms(f"2023-11-21T00:00:00{zone}")]


@pytest.mark.parametrize(
    ("day", "entered", "left"),
    [
        ("2024-03-31", "2024-03-30T00:00:00+01:00", "2024-04-01T00:00:00+02:00"),
        ("2024-10-27", "2024-10-26T00:00:00+02:00", "2024-10-28T00:00:00+01:00"),
    ],
)
def test_days_of_a_date_are_calendar_days_over_a_change_of_the_clocks(
    day: str, entered: str, left: str
) -> None:
    one = told(day, zone="Europe/Paris", in_next="1d")
    one.passes("400d")
    assert crossed(one) == [ms(entered), ms(left)]


def test_a_contact_that_travels_is_asked_anew() -> None:
    one = told("2023-11-16", zone="Asia/Tokyo", in_last="1d")
    one.until(ms("2023-11-16T00:00:00+09:00"))
    assert "s" in one.contact.segments
    one.tells(timezone="Europe/Paris")
    assert "s" not in one.contact.segments
    assert one.contact.due == ms("2023-11-16T00:00:00+01:00")


def test_the_zone_of_the_last_event_counts_as_long_as_none_was_told() -> None:
    one = life(segment("s", attribute="d", in_last="1d"))
    one.tells(d="2023-11-16")
    one.does("Slept", zone="Pacific/Auckland")
    assert one.contact.due == ms("2023-11-18T00:00:00+13:00")


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "",
        "2023-02-30",
        "soon",
        "2023-11-16T10:00:00",
        "0001-01-01",
        "9999-12-31",
        ["2023-11-16"],
    ],
)
def test_what_is_no_date_is_never_in_time(value: Any) -> None:
    one = told(value, older_than="1d")
    assert not one.contact.segments
    assert not one.contact.due


def test_since_and_before_place_a_date_on_the_calendar() -> None:
    assert told("2023-11-16", since="2023-11-16", before="2023-11-17").contact.segments
    assert not told("2023-11-16", before="2023-11-16").contact.segments
    assert told("2023-11-16T10:00:00Z", since="2023-11-16T10:00:00Z").contact.segments
    assert not told("2023-11-16T10:00:00Z", since="2023-11-16T10:00:00.001Z").contact.segments


def test_a_date_may_be_compared_and_placed_at_once() -> None:
    one = told("2023-11-16", is_not="2023-11-16", in_next="7d")
    assert not one.contact.segments


def test_a_clock_that_skips_midnight_or_shows_it_twice_gives_each_day_once() -> None:
    santiago = ZoneInfo("America/Santiago")
    skipped = begins(datetime(2023, 9, 3, tzinfo=santiago).date(), santiago)
    assert skipped == ms("2023-09-03T04:00:00+00:00")
    assert day_of(skipped, santiago).day == 3
    assert day_of(skipped - 1, santiago).day == 2
    goose = ZoneInfo("America/Goose_Bay")
    again = ms("2010-11-07T03:30:00+00:00")
    assert day_of(again, goose).day == 7
    assert day_of(again - HOUR, goose).day == 6
