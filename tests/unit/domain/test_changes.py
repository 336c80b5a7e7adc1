"""Attributes that change as moments: whoever changes them, scenarios react."""

from typing import Any

import msgspec
import pytest

from tests.unit.domain import builders as build

RUNS = build.wait("rest", for_="9d")


def upgraded(**rest: Any) -> build.Life:
    return build.life(build.scenario("up", {"changes": "plan", **rest}, RUNS))


def test_a_trait_that_changes_starts_a_run_that_knows_both_values() -> None:
    one = upgraded()
    one.tells(plan="free")
    assert one.standing == ["up/rest"]
    assert msgspec.json.decode(one.contact.runs[0].event) == {
        "attribute": "plan",
        "from": None,
        "to": "free",
    }


def test_an_operator_and_a_step_are_heard_as_a_trait_is() -> None:
    step = build.scenario("buy", {"event": "Bought"}, build.put("set", "plan", "paid"))
    by_step = build.life(build.scenario("up", {"changes": "plan"}, RUNS), step)
    by_step.does("Bought")
    by_operator = upgraded()
    by_operator.acts("set", "plan", "paid")
    assert by_step.standing == by_operator.standing == ["up/rest"]


def test_what_is_told_again_changes_nothing() -> None:
    one = build.life(build.scenario("up", {"changes": "plan"}, build.leave("end")))
    for _ in range(3):
        one.tells(plan="free")
        one.passes("1h")
        one.acts("set", "plan", "free")
    assert one.subjects("run_entered") == ["up"]


@pytest.mark.parametrize(
    ("asked", "before", "after", "starts"),
    [
        ({"to": "paid"}, "free", "paid", True),
        ({"to": "paid"}, "free", "trial", False),
        ({"from": "free"}, "free", "trial", True),
        ({"from": "free", "to": "paid"}, "trial", "paid", False),
        ({"to": {"at_least": 5}}, 4, 5, True),
        ({"to": {"exists": False}}, "free", None, True),
        ({"from": {"exists": False}}, "free", None, False),
    ],
)
def test_both_sides_of_a_change_may_be_asked_for(
    asked: dict[str, Any], before: Any, after: Any, *, starts: bool
) -> None:
    one = build.Life(build.rulebook())
    one.tells(plan=before)
    one.under(build.rulebook(build.scenario("up", {"changes": "plan", **asked}, RUNS), version=2))
    one.acts("set", "plan", after)
    assert one.standing == (["up/rest"] if starts else [])


def test_an_import_changes_an_attribute_quietly() -> None:
    one = upgraded()
    one.take(build.event("Identify", traits={"plan": "paid"}, live=False))
    assert one.contact.attributes == {"plan": "paid"}
    assert one.standing == []


def test_a_change_ends_and_resumes_what_waits_for_it() -> None:
    one = build.life(
        build.scenario("asks", {"event": "A"}, build.wait_for("told", changes="plan")),
        build.scenario("leaves", {"event": "A"}, RUNS, exits=[{"changes": "plan", "to": "none"}]),
    )
    one.does("A")
    one.acts("set", "plan", "none")
    assert one.standing == []
    assert one.subjects("goal_reached") == []


def test_whom_the_filter_does_not_fit_does_not_enter_and_that_is_a_fact() -> None:
    vip = build.scenario(
        "vip", {"event": "A"}, build.leave("end"), **{"if": {"attribute": "plan", "is": "paid"}}
    )
    one = build.life(vip)
    one.does("A")
    one.tells(plan="paid")
    one.passes("1h").does("A")
    facts = [(f.what, f.detail) for f in one.facts if f.what in ("entry_refused", "run_entered")]
    assert facts == [("entry_refused", "filter"), ("run_entered", f"{one.contact.id}.1")]


def test_a_scenario_without_a_trigger_begins_by_hand_and_passes_its_filter() -> None:
    plain = {"scenario": "call", "steps": [RUNS], "version": 1}
    hand = msgspec.convert(plain | {"if": {"attribute": "plan", "is": "paid"}}, build.Scenario)
    one = build.life(hand)
    one.acts("start", "call")
    assert one.standing == []
    one.tells(plan="paid")
    one.acts("start", "call", {"why": "asked"})
    assert one.standing == ["call/rest"]
    assert msgspec.json.decode(one.contact.runs[0].event) == {"why": "asked"}
