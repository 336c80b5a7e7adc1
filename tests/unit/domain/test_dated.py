"""Triggers that are dates: they come at their instant, once, where the contact is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.domain import builders as build

END = build.leave("end")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)


def dated(begins: str, zone: str = "Europe/Paris", **trigger: Any) -> build.Life:
    days = trigger.pop("days", ())
    scenario = build.scenario("due", trigger, END)
    return build.life(scenario, now=at(begins), zone=zone, calendars={"due": days})


def entered(one: build.Life) -> list[str]:
    return [
        datetime.fromtimestamp((build.NOON + instant) / 1000, UTC).isoformat(timespec="minutes")
        for _subject, instant in one.said("run_entered")
    ]


def test_a_contract_that_ends_is_met_thirty_days_before_at_nine() -> None:
    one = dated("2026-01-01T00:00Z", date="contract_end", before="30d", at="09:00")
    one.tells(contract_end="2026-04-28")
    assert one.contact.due == at("2026-03-29T09:00+02:00")
    assert entered(one.until(at("2027-01-01T00:00Z"))) == ["2026-03-29T07:00+00:00"]
    assert not one.contact.timers


def test_who_has_no_such_date_is_waited_for_by_nothing() -> None:
    one = dated("2026-01-01T00:00Z", date="contract_end")
    one.tells(name="Ada")
    one.tells(contract_end="soon")
    assert (one.contact.timers, one.contact.dated) == ({}, {})


def test_a_date_that_moves_takes_its_timer_along_and_one_removed_takes_it_away() -> None:
    one = dated("2026-01-01T00:00Z", date="contract_end", after="2d", at="08:30")
    one.tells(contract_end="2026-03-01")
    one.tells(contract_end="2026-05-01")
    assert one.contact.due == at("2026-05-03T08:30+02:00")
    one.acts("set", "contract_end", None)
    assert (one.contact.timers, one.contact.dated) == ({}, {})


def test_a_birthday_comes_every_year_also_that_of_a_leap_day() -> None:
    one = dated("2026-01-01T00:00Z", date="birthday", every="year", at="10:00")
    one.tells(birthday="1992-02-29")
    assert entered(one.until(at("2029-01-01T00:00Z"))) == [
        "2026-02-28T09:00+00:00",
        "2027-02-28T09:00+00:00",
        "2028-02-29T09:00+00:00",
    ]


def test_an_instant_needs_no_zone() -> None:
    one = dated("2026-01-01T00:00Z", date="demo", before="2h")
    one.tells(demo="2026-02-01T15:00:00+05:00")
    assert entered(one.until(at("2026-03-01T00:00Z"))) == ["2026-02-01T08:00+00:00"]


def test_one_date_does_not_come_twice_for_somebody_who_travels_west() -> None:
    one = dated("2026-01-01T00:00Z", date="birthday", every="year", at="09:00")
    one.tells(birthday="1990-05-01")
    one.until(at("2026-05-01T07:30Z"))
    one.tells(timezone="America/New_York")
    assert entered(one.until(at("2026-12-31T00:00Z"))) == ["2026-05-01T07:00+00:00"]


def test_a_date_that_a_journey_east_has_put_into_the_past_comes_at_once() -> None:
    one = dated("2026-01-01T00:00Z", zone="America/New_York", date="birthday", at="09:00")
    one.tells(birthday="2026-05-01")
    one.until(at("2026-05-01T12:00Z"))
    one.tells(timezone="Asia/Tokyo")
    assert entered(one.until(at("2026-12-31T00:00Z"))) == ["2026-05-01T12:00+00:00"]


def test_a_date_that_was_past_when_it_was_told_does_not_come() -> None:
    one = dated("2026-05-01T12:00Z", date="birthday", at="09:00")
    one.tells(birthday="2026-05-01")
    assert (one.contact.timers, entered(one)) == ({}, [])


@pytest.mark.parametrize(("down", "comes"), [("23h", True), ("26h", False), ("400d", False)])
def test_a_date_missed_by_more_than_a_day_is_refused(down: str, *, comes: bool) -> None:
    one = dated("2026-01-01T00:00Z", date="birthday", every="year", at="09:00")
    one.tells(birthday="1990-05-01")
    one.until(at("2026-05-01T07:00Z") - 1).misses(down)
    assert one.subjects("run_entered", "entry_refused") == ["due"]
    assert one.subjects("run_entered") == ["due"] * comes
    assert one.contact.due > one.now


def test_a_calendar_comes_for_everybody_where_they_are() -> None:
    days = ("2026-03-23", "2026-03-30")
    told = []
    for zone in ("Europe/Paris", "America/New_York"):
        one = dated("2026-03-20T00:00Z", zone, calendar="FREQ=WEEKLY", at="09:00", days=days)
        one.does("Seen")
        told.append(entered(one.until(at("2026-05-01T00:00Z"))))
    assert told == [
        ["2026-03-23T08:00+00:00", "2026-03-30T07:00+00:00"],
        ["2026-03-23T13:00+00:00", "2026-03-30T13:00+00:00"],
    ]


def test_a_trigger_published_later_waits_for_contacts_that_are_there() -> None:
    one = build.life(now=at("2026-01-01T00:00Z"))
    one.tells(birthday="1990-05-01")
    assert one.contact.due == 0
    trigger = build.scenario("due", {"date": "birthday", "every": "year", "at": "09:00"}, END)
    one.under(build.rulebook(trigger, version=2)).passes("1h").does("Seen")
    assert one.contact.due == at("2026-05-01T09:00Z")
    one.under(build.rulebook(version=3)).does("Seen")
    assert (one.contact.due, one.contact.dated) == (0, {})


def test_a_new_rulebook_does_not_lose_a_date_that_is_overdue() -> None:
    scenario = build.scenario("due", {"date": "birthday", "at": "09:00"}, END)
    one = build.life(scenario, now=at("2026-05-01T08:00Z"))
    one.tells(birthday="2026-05-01")
    one.under(build.rulebook(scenario, version=2)).passes("1ms").misses("2h")
    assert one.subjects("run_entered") == ["due"]
