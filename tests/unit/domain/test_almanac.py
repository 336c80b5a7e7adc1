"""Weekdays and anniversaries where the contact is."""

from datetime import datetime
from typing import Any

import pytest

from engine.domain.profile.calendar import begins, zone_named
from tests.unit.domain.builders import DAY, Life, life, segment


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def crossed(one: Life) -> list[int]:
    return sorted(f.at for f in one.facts if f.what in {"segment_entered", "segment_left"})


def born(value: Any, start: str, zone: str, **question: Any) -> Life:
    one = life(segment("s", attribute="born", **question), now=ms(start))
    one.tells(born=value, timezone=zone)
    return one


def test_monday_five_in_the_morning_in_tokyo_is_a_monday() -> None:
    """It is Sunday 20:00 UTC: the week day belongs to the zone, not to the instant."""
    one = life(segment("s", weekday=["monday"]), now=ms("2026-03-29T20:00:00Z"))
    one.tells(timezone="Asia/Tokyo")
    assert one.contact.segments
    assert one.contact.due == ms("2026-03-31T00:00:00+09:00")


@pytest.mark.parametrize(
    ("start", "entered", "left"),
    [
        ("2026-03-26T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("2026-10-22T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
    ],
)
def test_the_sunday_of_a_clock_change_has_23_or_25_hours(
    start: str, entered: str, left: str
) -> None:
    one = life(segment("s", weekday=["sunday"]), now=ms(start))
    one.tells(timezone="Europe/Paris")
    one.passes("6d")
    assert crossed(one) == [ms(entered), ms(left)]


def test_every_day_of_the_week_never_flips() -> None:
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    one = life(segment("s", weekday=days))
    one.does("Slept")
    assert one.contact.segments
    assert not one.contact.due


def test_a_birthday_is_a_day_where_the_contact_is_in_every_year() -> None:
    one = born("1990-03-29", "2026-01-01T00:00:00Z", "America/New_York", anniversary="today")
    one.passes("800d")
    days = ("2026-03-29", "2026-03-30", "2027-03-29", "2027-03-30")
    assert crossed(one) == [ms(f"{day}T00:00:00-04:00") for day in days]


def test_who_was_born_on_29_february_has_the_28th_in_common_years() -> None:
    one = born("2000-02-29", "2027-01-01T00:00:00Z", "UTC", anniversary="today")
    one.passes("450d")
    assert crossed(one) == [
        ms(f"{day}T00:00:00Z") for day in ("2027-02-28", "2027-03-01", "2028-02-29", "2028-03-01")
    ]


def test_an_anniversary_ahead_reaches_over_the_turn_of_the_year() -> None:
    one = born("1990-01-02", "2026-12-01T00:00:00Z", "Europe/Paris", anniversary="7d")
    one.passes("60d")
    paris = zone_named("Europe/Paris")
    assert paris is not None
    assert crossed(one) == [
        begins(datetime(2026, 12, 26, tzinfo=paris).date(), paris),
        ms("2027-01-03T00:00:00+01:00"),
    ]


def test_a_datetime_comes_round_on_its_day_where_the_contact_is() -> None:
    one = born("1990-03-28T20:00:00Z", "2026-03-28T16:00:00Z", "Asia/Tokyo", anniversary="today")
    assert one.contact.segments
    one.tells(timezone="UTC")
    assert one.contact.segments
    one.tells(timezone="America/New_York")
    assert one.contact.due == ms("2026-03-29T00:00:00-04:00")
    one.passes("1d")
    assert not one.contact.segments
    assert one.contact.due > one.now + 300 * DAY


@pytest.mark.parametrize("value", [None, 3, "soon", "2000-02-30"])
def test_what_is_no_date_has_no_anniversary(value: Any) -> None:
    assert not born(value, "2026-03-28T16:00:00Z", "UTC", anniversary="300d").contact.due
