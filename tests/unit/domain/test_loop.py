"""Definitions that cause one another without end: the contact is parked, its events are kept."""

from engine.domain.message import TimerFired
from engine.domain.rulebooks.rulebook import Rulebook
from tests.unit.domain.builders import (
    HOUR,
    Life,
    branch,
    details,
    life,
    put,
    rulebook,
    scenario,
    score,
    segment,
)

ON = segment("lit", attribute="x", is_=1)
SWITCHES = (
    scenario("dark", {"enters": "lit"}, put("off", "x", 0)),
    scenario("light", {"leaves": "lit"}, put("on", "x", 1)),
)
COUNT = segment("eater", did="Ate", at_least=2)
HEAT = score("heat", {"event": "Ate", "points": 1})


def circling() -> Life:
    ada = life(ON, *SWITCHES, COUNT, HEAT)
    ada.tells(x=1)
    return ada


def mended(version: int = 2) -> Rulebook:
    return rulebook(ON, COUNT, HEAT, version=version)


def test_a_circle_of_definitions_parks_the_contact_and_names_itself() -> None:
    ada = circling()
    assert "dark" in ada.contact.trouble
    assert "light" in ada.contact.trouble
    assert ada.subjects("run_entered") == []
    assert details(ada.facts, "parked") == [ada.contact.trouble]


def test_a_parked_contact_keeps_its_events() -> None:
    ada = circling()
    ada.does("Ate")
    ada.does("Ate")
    assert set(ada.contact.counts.values()) == {2}
    assert ada.contact.scores["heat"][0] == 2
    assert (ada.contact.segments, ada.contact.attributes) == ({}, {"x": 1})


def test_it_is_looked_at_every_hour() -> None:
    ada = circling()
    assert ada.contact.due == ada.now + HOUR
    ada.passes("1h")
    assert ada.contact.due == ada.now + HOUR
    assert ada.contact.trouble


def test_the_next_rulebook_frees_it() -> None:
    ada = circling()
    ada.does("Ate")
    ada.does("Ate")
    ada.under(mended()).take(TimerFired())
    assert sorted(ada.contact.segments) == ["eater", "lit"]
    assert (ada.contact.trouble, ada.contact.parked) == ("", 0)


def test_a_next_rulebook_with_the_same_circle_parks_it_again_when_it_turns() -> None:
    ada = circling()
    ada.under(rulebook(ON, *SWITCHES, version=2)).take(TimerFired())
    assert not ada.contact.trouble
    ada.tells(x=2)
    assert ada.contact.trouble


def test_an_operator_who_resumes_it_too_early_leaves_it_parked() -> None:
    ada = circling()
    ada.acts("resume")
    assert ada.contact.trouble
    assert ada.contact.due == ada.now + HOUR


def test_an_operator_resumes_it_once_the_cause_is_gone() -> None:
    ada = circling()
    ada.acts("set", "x", 5)
    ada.acts("resume")
    assert (ada.contact.trouble, ada.contact.parked, ada.contact.due) == ("", 0, 0)


def test_a_walk_without_a_wait_parks_the_contact() -> None:
    ada = life(scenario("s", {"event": "Ate"}, branch("ask", {"did": "Ate"}, then="ask")))
    ada.does("Ate")
    assert ada.contact.trouble.endswith(": s")
    assert ada.contact.runs == []


def test_chains_of_causes_that_branch_are_ended_too() -> None:
    names = [f"lit{number}" for number in range(4)]
    parts = [segment(name, attribute="x", is_=1) for name in names]
    for number, name in enumerate(names):
        parts.append(scenario(f"e{number}", {"enters": name}, put("put", "x", number % 2)))
        parts.append(scenario(f"l{number}", {"leaves": name}, put("put", "x", number % 2)))
    ada = life(*parts)
    ada.tells(x=1)
    assert ada.contact.trouble
