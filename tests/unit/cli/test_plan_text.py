"""A plan in words."""

from typing import Any

from engine.cli.plan_text import lines
from engine.domain.surveys.plan import Change, Plan, ScenarioChange, SegmentChange, Touched

GONE = "version 3 has no step of that name (1 at back); moves: {back: STEP} takes them on"
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


def changed(**rest: Any) -> ScenarioChange:
    waiting, gone = {"hour": 2, "back": 1}, {"back": 1}
    choices: dict[Any, Touched] = {
        "pin": Touched(finish=3), "migrate": Touched(go_on=2, end=1), "exit": Touched(end=3),
    }  # fmt: skip
    known = {"waiting": waiting, "gone": gone, "choices": choices}
    return ScenarioChange(name="cart", change="changed", version=3, **known, **rest)


def test_each_choice_for_runs_under_way_is_told_and_which_is_made() -> None:
    removed = ScenarioChange(name="welcome", change="removed", version=1)
    assert lines(plan(scenarios=(changed(), removed))) == [
        "Version 8 would follow version 7.",
        "scenarios",
        "  ~ cart     version 3 begins for those who enter from now on; 3 runs under way: see below",
        "  - welcome  version 1 was the last: nobody enters from now on; no run is under way",
        "what becomes of runs under way, by --waiting NAME=CHOICE; > is chosen",
        "  ? cart     3 runs under way: 2 at hour, 1 at back",
        "  >          pin      3 finish on the version they began with",
        f"             migrate  2 go on in version 3, 1 ends: {GONE}",
        "             exit     3 end now",
    ]


def test_of_a_share_it_is_told_that_others_stay_and_of_moves_where_they_lead_nowhere() -> None:
    told = lines(plan(scenarios=(changed(choice="migrate", rollout="10%", stray=("old",)),)))
    assert "version 3 begins for 10% of contacts for those who enter from now on" in told[2]
    assert told[2].endswith("moves names steps that no version has: old")
    assert told[6].startswith("  >       migrate")
    assert told[7].endswith("exit     3 end now; only of contacts in the 10%")


def test_runs_whose_version_is_the_same_as_the_next_one_are_told_to_stay() -> None:
    choices: dict[Any, Touched] = {"migrate": Touched(finish=2, go_on=1)}
    back = ScenarioChange(
        name="s", change="changed", version=3, waiting={"hour": 3}, choices=choices
    )
    told = lines(plan(scenarios=(back,)))[-1]
    assert told.endswith("1 goes on in version 3, 2 stay: their version is the same as 3")


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
