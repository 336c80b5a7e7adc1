"""Local time: skipped and doubled hours, and which zone is the contact's."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from engine.domain.profile.calendar import next_local, zone_named, zone_of
from engine.domain.profile.contact import Contact

BERLIN = ZoneInfo("Europe/Berlin")


def ms(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp() * 1000)


@pytest.mark.parametrize(
    ("not_before", "at", "expected"),
    [
        ("2024-01-10T08:00:00+01:00", "09:00", "2024-01-10T09:00:00+01:00"),
        ("2024-01-10T09:00:00+01:00", "09:00", "2024-01-10T09:00:00+01:00"),
        ("2024-01-10T09:00:00.001+01:00", "09:00", "2024-01-11T09:00:00+01:00"),
        ("2024-01-10T23:30:00+01:00", "00:00", "2024-01-11T00:00:00+01:00"),
        ("2024-03-30T12:00:00+01:00", "09:00", "2024-03-31T09:00:00+02:00"),
        ("2024-10-26T12:00:00+02:00", "09:00", "2024-10-27T09:00:00+01:00"),
    ],
)
def test_the_next_time_that_a_clock_shows(not_before: str, at: str, expected: str) -> None:
    assert next_local(ms(not_before), at, BERLIN) == ms(expected)


def test_a_time_that_the_day_skips_is_as_much_later_as_the_clock_jumped() -> None:
    eve = ms("2024-03-30T12:00:00+01:00")
    assert next_local(eve, "02:30", BERLIN) == ms("2024-03-31T03:30:00+02:00")


def test_a_skipped_time_may_come_after_midnight() -> None:
    toronto = ZoneInfo("America/Toronto")
    after = ms("1919-03-31T00:35:00-04:00")
    assert next_local(after, "23:45", toronto) == ms("1919-03-31T00:45:00-04:00")


def test_of_a_time_that_comes_twice_the_first_is_taken() -> None:
    eve = ms("2024-10-26T12:00:00+02:00")
    assert next_local(eve, "02:30", BERLIN) == ms("2024-10-27T02:30:00+02:00")


def test_between_the_two_the_next_day_is_taken() -> None:
    between = ms("2024-10-27T02:45:00+02:00")
    assert next_local(between, "02:30", BERLIN) == ms("2024-10-28T02:30:00+01:00")


def test_a_day_that_a_zone_skips_is_passed_over() -> None:
    apia = ZoneInfo("Pacific/Apia")
    eve = ms("2011-12-29T12:00:00-10:00")
    assert next_local(eve, "09:00", apia) == ms("2011-12-31T09:00:00+14:00")


@pytest.mark.parametrize(
    ("attribute", "context", "workspace", "expected"),
    [
        ("Asia/Tokyo", "Europe/Berlin", "America/New_York", "Asia/Tokyo"),
        (None, "Europe/Berlin", "America/New_York", "Europe/Berlin"),
        (None, "", "America/New_York", "America/New_York"),
        ("Mars/Olympus", "Europe/Berlin", "UTC", "Europe/Berlin"),
        (7, "../etc/passwd", "UTC", "UTC"),
        (None, "", "Nowhere", "UTC"),
    ],
)
def test_the_attribute_goes_before_the_last_context_before_the_workspace(
    attribute: str | int | None, context: str, workspace: str, expected: str
) -> None:
    attributes = {} if attribute is None else {"timezone": attribute}
    contact = Contact(id=1, attributes=attributes, zone=context)
    assert zone_of(contact, workspace) == ZoneInfo(expected)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "Europe", "a\x00b", "/etc/passwd", "x" * 999])
def test_what_names_no_zone_is_none(name: str) -> None:
    assert zone_named(name) is None
