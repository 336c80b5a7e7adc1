"""A plan in words."""

from typing import Any

from engine.cli.plan_text import lines
from engine.domain.surveys.plan import Change, Plan, ScenarioChange, SegmentChange

FINISH = "(hour 2, back 1) finish on the version they began with"
MISSED = "runs under way in cart ask for it and find nobody in it"


def plan(**changes: Any) -> Plan:
    """The next version after 7."""
    empty: Any = {
        "segments": (),
        "aggregates": (),
        "scores": (),
        "scenarios": (),
        "templates": (),
        "paused": (),
    }
    return Plan(**{"version": 7, "next": 8, "settings": {}, **empty, **changes})


def test_a_plan_without_a_change_says_so() -> None:
    assert lines(plan(next=7)) == ["Nothing changes: version 7 stays in force."]


def test_runs_under_way_are_told_by_step() -> None:
    waiting = {"hour": 2, "back": 1}
    changes = (
        ScenarioChange(name="cart", change="changed", version=3, waiting=waiting),
        ScenarioChange(name="welcome", change="removed", version=1),
    )
    assert lines(plan(scenarios=changes)) == [
        "Version 8 would follow version 7.",
        "scenarios",
        f"  ~ cart     version 3 begins for those who enter from now on; runs under way {FINISH}",
        "  - welcome  version 1 was the last: nobody enters from now on; no run is under way",
        "choices for runs under way",
        "  ? cart     pin: 3 finish; migrate: 3 go on; exit: 3 end",
    ]


def test_each_choice_is_told_with_how_many_runs_it_would_touch() -> None:
    waiting, gone = {"hour": 2, "back": 1}, {"back": 1}
    changed = {"name": "cart", "change": "changed", "version": 3, "waiting": waiting}
    change = ScenarioChange(**changed, gone=gone, choice="migrate", rollout="10%", stray=("old",))
    _, _, told, _, choices = lines(plan(scenarios=(change,)))
    assert "version 3 begins for 10% of contacts for those who enter from now on" in told
    assert "go on in version 3; those at steps that are gone end: (back 1)" in told
    assert told.endswith("moves names steps that no version has: old")
    assert choices.endswith("migrate: 2 go on, 1 end (back 1); exit: 3 end, of contacts in the 10%")


def test_a_share_that_grows_is_told_as_that() -> None:
    change = ScenarioChange(name="s", change="changed", version=3, rollout="30%", before="10%")
    told = lines(plan(scenarios=(change,)))[2]
    assert "version 3 is for 30% of contacts from now on, not 10%" in told


def test_a_new_segment_is_asked_quietly_and_a_removed_one_is_missed() -> None:
    new = SegmentChange(name="new", change="added")
    old = SegmentChange(name="old", change="removed", inside=5, asked_by=("cart",))
    assert lines(plan(segments=(new, old)))[2:] == [
        "  + new  each contact is asked in the background, quietly: this starts no scenario",
        f"  - old  contacts leave it, each at its next message; 5 in it now; {MISSED}",
        "relance preview tells whom the segments would hold.",
    ]


def test_settings_templates_scores_and_pauses_have_their_lines() -> None:
    told = lines(
        plan(
            scores=(Change(name="fit", change="removed"),),
            templates=(Change(name="mail", change="kept"),),
            settings={"zone": ("UTC", "Europe/Paris")},
            paused=("cart",),
        )
    )
    assert [line for line in told if not line.startswith("  ")] == [
        "Version 8 would follow version 7.", "scores", "templates", "settings", "paused",
    ]  # fmt: skip
    assert "  ~ zone  UTC -> Europe/Paris" in told


def test_another_order_is_told_as_no_change_for_contacts() -> None:
    assert lines(plan())[1].startswith("Only the order of definitions changes")
