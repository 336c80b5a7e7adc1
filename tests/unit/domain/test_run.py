"""Runs: who is let in, how a run walks, and the ways in which it ends."""

from typing import Any

import pytest

from tests.unit.domain.builders import (
    DAY,
    Life,
    branch,
    details,
    leave,
    life,
    put,
    rulebook,
    scenario,
    segment,
    send,
    template,
    wait,
)

STAY = wait("stay", for_="1h")


def ends(one: Life) -> list[str]:
    return [why for _run, why in details(one.facts, "run_ended")]


def test_the_trigger_starts_a_run_at_the_first_step() -> None:
    ada = life(scenario("s", {"event": "Ate", "where": {"cost": {"over": 5}}}, STAY))
    ada.does("Ate", properties={"cost": 5})
    assert ada.standing == []
    ada.does("Ate", properties={"cost": 6})
    assert ada.standing == ["s/stay"]
    assert ada.contact.runs[0].id == f"{ada.contact.id}.1"


@pytest.mark.parametrize(("ago", "started"), [("1d", True), ("86400001ms", False)])
def test_a_trigger_ignores_events_older_than_max_age(ago: str, started: bool) -> None:
    ada = life(scenario("s", {"event": "Ate"}, STAY), max_age=DAY)
    ada.does("Ate", ago=ago)
    assert bool(ada.standing) is started


@pytest.mark.parametrize(
    ("reentry", "again", "later"),
    [("never", False, False), ("always", True, True), ({"once_per": "1d"}, False, True)],
)
def test_reentry_decides_who_comes_in_again(reentry: Any, again: bool, later: bool) -> None:
    ada = life(scenario("s", {"event": "Ate"}, STAY, reentry=reentry))
    ada.does("Ate")
    ada.passes("23h").does("Ate")
    assert bool(ada.standing) is again
    ada.passes("1h").does("Ate")
    assert (ada.contact.entered > 1) is later


def test_nobody_is_twice_in_one_scenario_at_the_same_time() -> None:
    ada = life(scenario("s", {"event": "Ate"}, STAY), scenario("t", {"event": "Ate"}, STAY))
    ada.does("Ate")
    ada.does("Ate")
    assert sorted(ada.standing) == ["s/stay", "t/stay"]


def test_a_branch_asks_now() -> None:
    asks = branch("ask", {"did": "Ate", "within": "2h"}, then="yes", else_="no")
    marks = (wait("yes", for_="1d"), wait("no", for_="1d"))
    for pause, expected in (("119m", ["s/yes"]), ("2h", ["s/no"])):
        ada = life(scenario("s", {"event": "Ate"}, wait("pause", for_=pause), asks, *marks))
        ada.does("Ate")
        ada.passes(pause)
        assert ada.standing == expected


def test_a_branch_without_targets_goes_on() -> None:
    ada = life(scenario("s", {"event": "Ate"}, branch("ask", {"did": "Ate"}), STAY))
    ada.does("Ate")
    assert ada.standing == ["s/stay"]


def test_a_set_reaches_segments_and_what_they_start_in_the_same_step() -> None:
    ada = life(
        segment("gold", attribute="plan", is_="gold"),
        scenario("up", {"event": "Paid"}, put("give", "plan", "gold")),
        scenario("welcome", {"enters": "gold"}, STAY),
    )
    ada.does("Paid")
    assert ada.contact.attributes == {"plan": "gold"}
    assert list(ada.contact.segments) == ["gold"]
    assert ada.standing == ["welcome/stay"]


def test_a_set_to_null_removes_the_attribute() -> None:
    ada = life(scenario("down", {"event": "Left"}, put("take", "plan", None)))
    ada.tells(plan="gold")
    ada.does("Left")
    assert "plan" not in ada.contact.attributes


def test_a_set_that_changes_nothing_is_no_change_but_true_is_not_one() -> None:
    ada = life(scenario("s", {"event": "Ate"}, put("put", "x", True)))
    ada.tells(x=1)
    ada.does("Ate")
    assert ada.contact.attributes["x"] is True
    ada.does("Ate")
    assert ada.subjects("changed") == ["x", "x"]


def test_an_exit_step_ends_the_run_there() -> None:
    ada = life(scenario("s", {"event": "Ate"}, leave("out"), STAY))
    ada.does("Ate")
    assert (ada.standing, ends(ada)) == ([], ["exit"])
    assert ada.subjects("step_in") == ada.subjects("step_out") == ["s/out"]


def test_a_goal_ends_the_run_and_counts_as_reached() -> None:
    ada = life(scenario("s", {"event": "Ate"}, STAY, goal={"event": "Paid"}))
    ada.does("Paid")
    ada.does("Ate")
    ada.does("Paid")
    assert ada.subjects("goal_reached") == ["s"]
    assert (ada.standing, ends(ada), ada.contact.timers) == ([], ["goal"], {})


def test_a_goal_goes_before_an_exit() -> None:
    both = {"goal": {"event": "Paid"}, "exits": [{"event": "Paid"}, {"event": "Left"}]}
    ada = life(scenario("s", {"event": "Ate"}, STAY, **both))
    for ending in ("Paid", "Left"):
        ada.does("Ate")
        ada.does(ending)
    assert ends(ada) == ["goal", "exit"]


def test_leaving_a_segment_can_end_a_run_at_the_exact_instant() -> None:
    ada = life(
        segment("recent", did="Ate", within="10m"),
        scenario("s", {"event": "Ate"}, STAY, exits=[{"leaves": "recent"}]),
    )
    ada.does("Ate")
    ada.passes("1h")
    assert ada.said("run_ended") == [("s", 600_000)]


def test_an_old_event_reaches_the_goal_of_a_run() -> None:
    ada = life(scenario("s", {"event": "Ate"}, STAY, goal={"event": "Paid"}))
    ada.does("Ate")
    ada.does("Paid", ago="2d")
    assert ends(ada) == ["goal"]


def test_the_event_that_ends_a_run_may_start_the_next() -> None:
    ada = life(scenario("s", {"event": "Ate"}, STAY, exits=[{"event": "Ate"}]))
    ada.does("Ate")
    ada.does("Ate")
    assert [one.id for one in ada.contact.runs] == [f"{ada.contact.id}.2"]


def test_an_operator_ends_a_run_by_scenario_or_by_id() -> None:
    ada = life(scenario("s", {"event": "Ate"}, STAY), scenario("t", {"event": "Ate"}, STAY))
    ada.does("Ate")
    ada.acts("exit", "s")
    ada.acts("exit", ada.contact.runs[0].id)
    ada.acts("exit", "nothing")
    assert (ada.standing, ends(ada)) == ([], ["operator", "operator"])


def test_a_run_stays_on_the_version_that_it_entered() -> None:
    ada = life(scenario("s", {"event": "Ate"}, STAY, wait("old", for_="1d")))
    ada.does("Ate")
    newer = scenario("s", {"event": "Ate"}, STAY, wait("new", for_="1d"), version=2)
    older = scenario("s", {"event": "Ate"}, STAY, wait("old", for_="1d"))
    ada.under(rulebook(newer, version=2, retired=(older,))).passes("1h")
    assert ada.standing == ["s/old"]
    ada.passes("1d").does("Ate")
    ada.passes("1h")
    assert ada.standing == ["s/new"]


def test_a_run_keeps_the_triggers_properties_up_to_two_kilobytes() -> None:
    said = scenario("s", {"event": "Ate"}, wait("pause", for_="1h"), send("tell"))
    shows = template(transactional=True, variables=("event.what",))
    for what, expected in (("pear", {"what": "pear"}), ("x" * 2_100, {})):
        ada = life(said, shows)
        ada.tells(email="ada@example.com")
        ada.does("Ate", properties={"what": what, "hidden": 1})
        ada.passes("1h")
        assert ada.sends[0].variables["event"] == expected
