"""Scenarios that start, stop and follow one another."""

from typing import Any

from tests.unit.domain.builders import details, leave, life, rulebook, scenario, wait

STAY = wait("stay", for_="1h")
OTHER = scenario("other", {"event": "Never"}, STAY, reentry="never")


def does(what: str, name: str = "other") -> dict[str, Any]:
    return {"do": what, "id": what, "scenario": name}


def test_a_step_starts_another_scenario_with_the_same_properties() -> None:
    ada = life(OTHER, scenario("s", {"event": "Ate"}, does("start"), STAY))
    ada.does("Ate", properties={"what": "pear"})
    assert sorted(ada.standing) == ["other/stay", "s/stay"]
    assert {run.event for run in ada.contact.runs} == {b'{"what":"pear"}'}


def test_the_other_scenarios_rules_of_entry_hold() -> None:
    s = scenario("s", {"event": "Ate"}, does("start"))
    ada = life(OTHER, s)
    ada.does("Ate")
    ada.does("Ate")
    ada.passes("1h").does("Ate")
    ada.under(rulebook(OTHER, s, version=2, paused=("other",))).does("Ate")
    assert details(ada.facts, "start_refused") == ["inside", "reentry", "paused"]


def test_a_switch_ends_the_run_and_begins_the_other() -> None:
    ada = life(OTHER, scenario("s", {"event": "Ate"}, does("switch"), STAY))
    ada.does("Ate")
    assert ada.standing == ["other/stay"]
    assert [why for _run, why in details(ada.facts, "run_ended")] == ["switched"]


def test_a_step_stops_another_scenario_before_the_run_goes_on() -> None:
    s = scenario("s", {"event": "Ate"}, does("stop"), leave("out"))
    ada = life(scenario("other", {"event": "Came"}, STAY), s)
    ada.does("Came")
    ada.does("Ate")
    assert ada.standing == []
    assert [why for _run, why in details(ada.facts, "run_ended")] == ["stopped", "exit"]


def test_scenarios_that_start_one_another_for_ever_park_the_contact() -> None:
    ada = life(
        scenario("a", {"event": "Ate"}, does("switch", "b")),
        scenario("b", {"event": "Never"}, does("switch", "a")),
        scenario("out", {"event": "Never"}, leave("out")),
    )
    ada.does("Ate")
    assert "a" in ada.contact.trouble
    assert ada.standing == []
