"""Waits for days, hours and dates, on the clock of the contact."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.domain.builders import Life, life, reachable, scenario, send, wait

PARIS = "Europe/Paris"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)


def goes_on(
    start: str, zone: str = "UTC", traits: dict[str, Any] | None = None, **keys: Any
) -> str:
    """The instant at which a wait that began at ``start`` ends, at UTC."""
    ada = life(scenario("s", {"event": "Came"}, wait("pause", **keys)), zone=zone, now=at(start))
    if traits:
        ada.tells(**traits)
    ada.does("Came")
    due = ada.contact.due if ada.contact.runs else ada.now
    return datetime.fromtimestamp(due / 1000, UTC).isoformat()[:16]


WORK: dict[str, Any] = {
    "between": ["09:00", "18:00"],
    "weekday": ["monday", "tuesday", "wednesday", "thursday", "friday"],
}


@pytest.mark.parametrize(
    ("start", "keys", "then"),
    [
        ("2024-03-06T12:00Z", {"weekday": ["monday"], "at": "05:00"}, "2024-03-11T05:00"),
        ("2024-03-11T04:00Z", {"weekday": ["monday"], "at": "05:00"}, "2024-03-11T05:00"),
        ("2024-03-11T06:00Z", {"weekday": ["monday"], "at": "05:00"}, "2024-03-18T05:00"),
        ("2024-03-11T06:00Z", {"weekday": ["monday"]}, "2024-03-11T06:00"),
        ("2024-03-12T06:00Z", {"weekday": ["monday"]}, "2024-03-18T00:00"),
        ("2024-03-08T17:59Z", WORK, "2024-03-08T17:59"),
        ("2024-03-08T18:00Z", WORK, "2024-03-11T09:00"),
        ("2024-03-11T08:00Z", WORK, "2024-03-11T09:00"),
        ("2024-03-11T06:00Z", {"between": ["22:00", "07:00"]}, "2024-03-11T06:00"),
        ("2024-03-11T07:00Z", {"between": ["22:00", "07:00"]}, "2024-03-11T22:00"),
        ("2024-03-08T10:00Z", {"for_": "10h", **WORK}, "2024-03-11T09:00"),
    ],
)
def test_days_and_hours(start: str, keys: dict[str, Any], then: str) -> None:
    assert goes_on(start, **keys) == then


def test_monday_at_five_is_where_the_contact_is() -> None:
    """Dittofeed, dates.ts: Monday at five in Tokyo was looked for on a Sunday, for UTC has it so."""
    tokyo = {"timezone": "Asia/Tokyo"}
    keys: dict[str, Any] = {"weekday": ["monday"], "at": "05:00"}
    assert goes_on("2024-03-10T12:00Z", PARIS, tokyo, **keys) == "2024-03-10T20:00"


def test_hours_keep_their_clock_when_it_jumps() -> None:
    """PostHog#42016: a change of the clocks shifted the schedule by an hour."""
    morning: dict[str, Any] = {"between": ["02:30", "04:00"]}
    assert goes_on("2024-03-30T23:00Z", PARIS, **morning) == "2024-03-31T01:30"
    assert goes_on("2024-10-26T22:00Z", PARIS, **morning) == "2024-10-27T00:30"


@pytest.mark.parametrize(
    ("value", "keys", "then"),
    [
        ("2024-06-01", {}, "2024-05-31T22:00"),
        ("2024-06-01", {"at": "09:00"}, "2024-06-01T07:00"),
        ("2024-06-01", {"before": "30d", "at": "09:00"}, "2024-05-02T07:00"),
        ("2024-04-01", {"before": "2d", "at": "09:00"}, "2024-03-30T08:00"),
        ("2024-06-01T10:00:00Z", {"before": "2h"}, "2024-06-01T08:00"),
        ("2024-06-01T10:00:00Z", {"after": "1d", "at": "08:00"}, "2024-06-02T06:00"),
        ("2024-06-01", WORK, "2024-06-03T07:00"),
    ],
)
def test_a_date_of_the_contacts(value: str, keys: dict[str, Any], then: str) -> None:
    assert goes_on("2024-03-01T12:00Z", PARIS, {"ends": value}, date="ends", **keys) == then


def ending(late: str, **traits: Any) -> Life:
    steps = (wait("pause", date="ends", late=late), send("mail"), wait("stay", for_="1h"))
    ada = reachable(scenario("s", {"event": "Came"}, *steps))
    ada.tells(**traits)
    ada.does("Came")
    return ada


@pytest.mark.parametrize("traits", [{"ends": "2020-01-01"}, {"ends": "soon"}, {"x": 1}])
def test_a_date_that_is_past_or_not_there_counts_as_overdue(traits: dict[str, Any]) -> None:
    assert (len(ending("send", **traits).sends), ending("send", **traits).standing) == (
        1,
        ["s/stay"],
    )
    assert (ending("skip", **traits).sends, ending("skip", **traits).standing) == ([], ["s/stay"])
    assert (ending("exit", **traits).sends, ending("exit", **traits).standing) == ([], [])


def test_a_date_that_changes_moves_the_wait() -> None:
    ada = ending("exit", ends="2024-06-01")
    ada.tells(ends="2024-07-01")
    assert ada.contact.due == at("2024-07-01T00:00Z")
    ada.tells(ends=None)
    assert ada.until(ada.now).standing == []


def test_a_daily_loop_sends_once_a_day() -> None:
    steps = (wait("noon", at="12:00"), send("mail"), wait("again", at="12:00", then="mail"))
    ada = reachable(scenario("s", {"event": "Came"}, *steps))
    ada.does("Came")
    ada.passes("3d")
    assert len(ada.sends) == 4
