"""The lifecycle: stages follow from segments, at the same instant, in the same step."""

from typing import Any

from engine.domain.effect import Adopt
from engine.domain.fact import Fact
from engine.domain.intake.lifecycle import CHANGED
from engine.domain.language.stage import Stage
from engine.domain.message import Adopted, Rebuilt, YieldAsked
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import Claim
from tests.unit.domain.builders import (
    DAY,
    HOUR,
    NOON,
    Life,
    branch,
    event,
    leave,
    life,
    put,
    rulebook,
    scenario,
    segment,
    wait,
)

SEGMENTS = (
    segment("visitors", did="Looked"),
    segment("buyers", did="Ordered"),
    segment("dormant", all=[{"segment": "buyers"}, {"did_not": "Ordered", "within": "60d"}]),
)
STAGES = (
    Stage(stage="discovery", segment="visitors"),
    Stage(stage="loyal", segment="buyers"),
    Stage(stage="dormant"),
)


def living(*parts: Any, **rest: Any) -> Life:
    return life(*SEGMENTS, *parts, **{"stages": STAGES, **rest})


def test_the_last_stage_whose_segment_holds_is_the_contacts() -> None:
    ada = living()
    ada.does("Ordered")
    assert (ada.contact.stage, ada.contact.staged) == ("loyal", NOON)
    ada.does("Looked")
    assert ada.subjects(CHANGED) == ["/loyal"]
    assert ada.contact.segments.keys() == {"visitors", "buyers"}


def test_time_moves_a_contact_at_the_very_instant_and_an_event_brings_it_back() -> None:
    ada = living()
    ada.does("Ordered")
    ada.passes("61d").does("Ordered")
    assert ada.said(CHANGED) == [
        ("/loyal", 0),
        ("loyal/dormant", 60 * DAY),
        ("dormant/loyal", 61 * DAY),
    ]


def test_missed_time_is_told_at_its_instants_too() -> None:
    ada = living()
    ada.does("Ordered")
    ada.misses("90d")
    assert ada.said(CHANGED)[1:] == [("loyal/dormant", 60 * DAY)]


def test_a_change_tells_the_day_at_the_workspace() -> None:
    ada = living(zone="Asia/Tokyo")
    ada.passes("4h").does("Ordered")
    assert ada.facts[-1] == Fact(CHANGED, "/loyal", NOON + 4 * HOUR, "2023-11-16")


def test_reaching_a_stage_starts_a_scenario() -> None:
    ada = living(scenario("greet", {"stage": "loyal"}, put("mark", "greeted", "yes")))
    ada.does("Looked")
    assert "greeted" not in ada.contact.attributes
    ada.does("Ordered")
    assert ada.contact.attributes["greeted"] == "yes"


def test_a_stage_starts_a_scenario_from_the_stage_that_it_names_only() -> None:
    way = {"stage": "loyal", "from": {"in": ["discovery", "dormant"]}}
    again = {"stage": "loyal", "from": {"exists": False}}
    ada = living(
        scenario("back", way, put("mark", "back", 1)), scenario("new", again, wait("w", for_="1h"))
    )
    ada.does("Ordered")
    assert (ada.standing, "back" in ada.contact.attributes) == (["new/w"], False)
    bob = living(
        scenario("back", way, wait("w", for_="1h")), scenario("new", again, wait("w", for_="1h"))
    )
    bob.does("Looked")
    bob.does("Ordered")
    assert (bob.standing, bob.contact.runs[0].event) == (["back/w"], b'{"from":"discovery"}')


def test_a_condition_asks_for_one_stage_or_any_of_several() -> None:
    ada = living(
        segment("warm", stage="loyal"),
        segment("customers", stage=["loyal", "dormant"]),
        segment("others", none=[{"stage": ["discovery", "loyal", "dormant"]}]),
    )
    ada.does("Elsewhere")
    assert ada.contact.segments.keys() == {"others"}
    ada.does("Ordered")
    assert ada.contact.segments.keys() == {"buyers", "warm", "customers"}
    ada.passes("60d")
    assert ada.contact.segments.keys() == {"buyers", "dormant", "customers"}


def test_a_branch_sees_the_stage_that_started_it() -> None:
    way = branch("way", {"stage": "dormant"}, then="slept", else_="awake")
    slept, awake = put("slept", "seen", "dormant"), put("awake", "seen", "loyal")
    steps = (way, {**slept, "then": "done"}, awake, leave("done"))
    ada = living(scenario("ask", {"stage": "dormant"}, *steps))
    ada.does("Ordered")
    ada.passes("60d")
    assert ada.contact.attributes["seen"] == "dormant"


def test_a_new_order_of_stages_moves_contacts_quietly() -> None:
    ada = living(scenario("greet", {"stage": "discovery"}, put("mark", "greeted", "yes")))
    ada.does("Ordered")
    ada.does("Looked")
    greet = scenario("greet", {"stage": "discovery"}, put("mark", "greeted", "yes"))
    turned = (STAGES[1], STAGES[0], STAGES[2])
    ada.under(rulebook(*SEGMENTS, greet, stages=turned, version=2)).does("Elsewhere")
    assert ada.subjects(CHANGED)[-1] == "loyal/discovery"
    assert "greeted" not in ada.contact.attributes


def test_a_lifecycle_that_goes_leaves_nobody_in_a_stage() -> None:
    ada = living()
    ada.does("Ordered")
    ada.under(rulebook(*SEGMENTS, version=2)).does("Elsewhere")
    assert (ada.contact.stage, ada.subjects(CHANGED)[-1]) == ("", "loyal/")


def test_a_rebuild_moves_contacts_quietly() -> None:
    greet = scenario("greet", {"stage": "loyal"}, put("mark", "greeted", "yes"))
    ada = life(greet, *SEGMENTS[:1])
    ada.does("Looked")
    book = rulebook(*SEGMENTS, greet, stages=STAGES, version=2)
    names = tuple(f"count:{one}" for one in book.aggregates)
    ada.under(book).take(Rebuilt(names))
    assert ada.contact.stage == "discovery"
    assert "greeted" not in ada.contact.attributes


def test_a_merge_counts_the_guest_out_and_asks_the_survivor_anew() -> None:
    book = rulebook(*SEGMENTS, stages=STAGES)
    guest, ada = Life(book, Contact(1 << 16)), Life(book, Contact(2 << 16))
    guest.does("Ordered", keys=("anonymous_id:d",))
    ada.does("Looked", keys=("user_id:7",))
    guest.take(YieldAsked(Claim("anonymous_id:d", NOON), ada.contact.id))
    state = next(one.state for one in guest.effects if isinstance(one, Adopt))
    ada.take(Adopted(guest.contact.id, state))
    assert guest.subjects(CHANGED) == ["/loyal", "loyal/"]
    assert ada.subjects(CHANGED) == ["/discovery", "discovery/loyal"]


def test_what_crosses_no_segment_of_a_stage_is_no_work() -> None:
    ada = living(segment("curious", did="Asked"))
    ada.does("Ordered")
    outcome = ada.take(event("Asked", NOON + 1))
    assert [fact.what for fact in outcome.facts] == ["segment_entered"]
    assert ada.contact.staged == NOON
