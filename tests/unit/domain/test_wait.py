"""Waits: for a duration, until a local time, both; what a downtime or a pause does to them."""

from typing import Any

import pytest

from engine.domain.message import TimerFired
from tests.unit.domain.builders import (
    DAY,
    HOUR,
    NOON,
    Life,
    details,
    life,
    reachable,
    rulebook,
    scenario,
    send,
    wait,
)


def waiting(zone: str = "UTC", **for_or_at: Any) -> Life:
    ada = life(scenario("greet", {"event": "Came"}, wait("pause", **for_or_at)), zone=zone)
    ada.does("Came")
    return ada


def due(one: Life) -> float:
    """Hours from now until the run goes on."""
    return (one.contact.due - one.now) / HOUR


def test_a_wait_for_a_duration_ends_at_the_exact_millisecond() -> None:
    ada = waiting(for_="1h")
    ada.passes("3599999ms")
    assert ada.standing == ["greet/pause"]
    ada.passes("1ms")
    assert ada.said("run_ended") == [("greet", HOUR)]


def test_a_wait_until_a_local_time_takes_the_next_such_time() -> None:
    assert due(waiting(at="13:00")) == 1
    assert due(waiting(at="12:00")) == 0
    assert due(waiting(at="11:00")) == 23


def test_a_wait_for_and_until_takes_the_first_such_time_after_the_duration() -> None:
    assert due(waiting(for_="30m", at="13:00")) == 1
    assert due(waiting(for_="2h", at="13:00")) == 25


def test_a_local_time_is_the_workspaces_when_nothing_else_is_known() -> None:
    assert due(waiting(zone="Asia/Tokyo", at="22:00")) == 1


def test_a_zone_told_in_an_event_aims_a_waiting_run_anew() -> None:
    ada = waiting(at="18:00")
    assert due(ada) == 6
    ada.does("Moved", zone="America/New_York")
    assert due(ada) == 11
    ada.tells(timezone="Europe/Berlin")
    assert due(ada) == 5
    ada.does("Moved", zone="Asia/Tokyo")
    assert due(ada) == 5


def test_a_zone_set_by_an_operator_or_a_step_aims_it_anew_too() -> None:
    ada = waiting(at="18:00")
    ada.acts("set", "timezone", "America/New_York")
    assert due(ada) == 11
    move = {"do": "set", "id": "move", "attribute": "timezone", "to": "Europe/Berlin"}
    stays = scenario("greet", {"event": "Came"}, wait("pause", at="18:00"))
    ada.under(rulebook(stays, scenario("move", {"event": "Asked"}, move), version=2))
    ada.does("Asked")
    assert due(ada) == 5


def test_a_change_of_zone_keeps_the_duration_that_was_asked_for() -> None:
    ada = waiting(for_="1d", at="18:00")
    ada.passes("1h").tells(timezone="Europe/Berlin")
    assert ada.contact.due == NOON + DAY + 5 * HOUR


def test_a_wait_for_a_duration_has_no_zone() -> None:
    ada = waiting(for_="1h")
    ada.tells(timezone="Asia/Tokyo")
    assert due(ada) == 1


LATE_WAIT = {
    policy: scenario(
        "greet", {"event": "Came"}, wait("pause", for_="1h", late=policy), send("one"), send("two")
    )
    for policy in ("send", "skip", "exit")
}


@pytest.mark.parametrize(
    ("policy", "sent", "ended"),
    [("send", ["one", "two"], "finished"), ("skip", ["two"], "finished"), ("exit", [], "late")],
)
def test_a_wait_overdue_by_more_than_late_follows_its_policy(
    policy: str, sent: list[str], ended: str
) -> None:
    ada = reachable(LATE_WAIT[policy], late=DAY)
    ada.does("Came")
    ada.misses("90001s")
    assert [one.scenario for one in ada.sends] == [f"greet/{name}" for name in sent]
    assert [fact.detail[1] for fact in ada.facts if fact.what == "run_ended"] == [ended]


@pytest.mark.parametrize("policy", ["send", "skip", "exit"])
def test_a_wait_overdue_by_no_more_than_late_goes_on_as_if_in_time(policy: str) -> None:
    ada = reachable(LATE_WAIT[policy], late=DAY)
    ada.does("Came")
    ada.misses("90000s")
    assert len(ada.sends) == 2


def test_after_a_downtime_the_next_wait_counts_from_now() -> None:
    ada = life(scenario("greet", {"event": "Came"}, wait("one", for_="1h"), wait("two", for_="1h")))
    ada.does("Came")
    ada.misses("3h")
    assert ada.standing == ["greet/two"]
    assert due(ada) == 1


def test_a_paused_scenario_starts_nothing_and_its_runs_stay() -> None:
    greet = scenario("greet", {"event": "Came"}, wait("pause", for_="1h"))
    ada = life(greet)
    ada.does("Came")
    ada.under(rulebook(greet, version=2, paused=("greet",))).passes("2h")
    assert ada.standing == ["greet/pause"]
    ada.under(rulebook(greet, version=3)).take(TimerFired())
    assert ada.subjects("run_ended") == ["greet"]


def test_a_paused_run_whose_time_has_come_is_not_woken_until_it_goes_on() -> None:
    greet = scenario("greet", {"event": "Came"}, wait("pause", for_="1h"))
    ada = life(greet)
    ada.does("Came")
    ada.under(rulebook(greet, version=2, paused=("greet",))).passes("2h")
    assert ada.contact.due == 0


def test_a_wait_that_is_not_due_yet_when_the_pause_ends_ends_in_time() -> None:
    greet = scenario("greet", {"event": "Came"}, wait("pause", for_="3h"))
    ada = life(greet)
    ada.does("Came")
    ada.under(rulebook(greet, version=2, paused=("greet",))).passes("1h")
    ada.under(rulebook(greet, version=3)).take(TimerFired())
    assert ada.contact.due == ada.now + 2 * HOUR


@pytest.mark.parametrize(
    ("late", "sent", "why"), [("send", 1, "finished"), ("skip", 0, "finished"), ("exit", 0, "late")]
)
def test_a_wait_that_was_due_long_before_its_pause_ended_follows_its_policy(
    late: str, sent: int, why: str
) -> None:
    greet = scenario("greet", {"event": "Came"}, wait("pause", for_="1h", late=late), send("mail"))
    ada = reachable(greet, late=DAY)
    ada.does("Came")
    ada.under(rulebook(greet, version=2, late=DAY, paused=("greet",))).passes("3d")
    ada.under(rulebook(greet, version=3, late=DAY)).take(TimerFired())
    assert (len(ada.sends), [one[1] for one in details(ada.facts, "run_ended")]) == (sent, [why])


def test_a_scenario_paused_before_it_starts_lets_nobody_in() -> None:
    greet = scenario("greet", {"event": "Came"}, wait("pause", for_="1h"))
    ada = life(greet, paused=("greet",))
    ada.does("Came")
    assert (ada.standing, ada.contact.entries) == ([], {})
