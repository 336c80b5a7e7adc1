"""What publishing would change is told before it happens, with the runs that are under way."""

from typing import Any

import msgspec

from engine.domain.rulebooks.definitions import Definitions, succeed
from engine.domain.runs.standing import Stand
from engine.domain.surveys import plan as plans
from engine.domain.surveys.plan import (
    Change,
    InForce,
    Plan,
    ScenarioChange,
    SegmentChange,
    Touched,
)
from tests.unit.domain.builders import definitions, scenario, score, segment, send, template, wait


def s(length: str = "1h", name: str = "s", step: str = "pause", **rest: Any) -> Any:
    return scenario(name, {"event": "Ate"}, wait(step, for_=length), version=0, **rest)


def waiting(runs: int) -> tuple[Stand, ...]:
    return (Stand(1, "pause", runs),)


def fit(name: str, half_life: str = "1h") -> Any:
    return score(name, {"event": "Ate", "points": 1}, half_life=half_life)


def planned(before: Definitions, after: Definitions, **under_way: Any) -> Plan:
    """From version 7, with these runs waiting and these contacts inside."""
    force = InForce(version=7, definitions=succeed(None, before), **under_way)
    return plans.plan(force, after)


def test_the_workspace_in_force_changes_nothing() -> None:
    same = definitions(s(), fit("fit"), segment("old", did="Ate"), template("t"))

    plan = planned(same, same, waiting={"s": waiting(1)})

    assert plan.next == plan.version == 7
    assert (plan.segments, plan.scores, plan.scenarios, plan.templates) == ((), (), (), ())


def test_what_was_added_changed_and_removed_is_told_by_name() -> None:
    plan = planned(
        definitions(fit("a"), fit("b"), fit("c")),
        definitions(fit("b", "2h"), fit("c"), fit("d")),
    )
    assert plan.next == 8
    assert plan.scores == (
        Change(name="a", change="removed"),
        Change(name="b", change="changed"),
        Change(name="d", change="added"),
    )


def test_a_scenario_is_told_with_its_next_version_and_the_runs_under_way() -> None:
    plan = planned(
        definitions(s(), s(name="gone"), s(name="same")),
        definitions(s("2h"), s(name="new"), s(name="same")),
        waiting={"s": waiting(3), "gone": waiting(1), "same": waiting(9)},
    )
    gone, new, changed = plan.scenarios
    assert (gone.name, gone.change, gone.version, gone.waiting) == (
        "gone",
        "removed",
        1,
        {"pause": 1},
    )
    assert gone.choices == {"pin": Touched(finish=1), "exit": Touched(end=1)}
    assert new == ScenarioChange(name="new", change="added", version=1)
    assert (changed.name, changed.change, changed.version) == ("s", "changed", 2)
    assert changed.waiting == {"pause": 3}


def test_each_choice_is_told_with_the_runs_that_it_would_touch() -> None:
    """One waits at a step that is gone, two on a version that is the same as the one to come."""
    edited = succeed(succeed(None, definitions(s())), definitions(s("2h", step="rest")))
    there = (Stand(1, "pause", 2), Stand(2, "rest", 4), Stand(2, "old", 1))
    force = InForce(version=2, definitions=edited, waiting={"s": there})
    [back] = plans.plan(force, definitions(s(waiting="migrate"))).scenarios
    assert back.gone == {"rest": 4, "old": 1}
    [on] = plans.plan(force, definitions(s(moves={"rest": "pause"}))).scenarios
    assert back.choices == {
        "pin": Touched(finish=7),
        "migrate": Touched(finish=2, end=5),
        "exit": Touched(finish=2, end=5),
    }
    assert on.choices["migrate"] == Touched(go_on=6, end=1)


def test_a_scenario_that_comes_back_counts_on_and_finds_its_old_runs() -> None:
    gone = succeed(succeed(None, definitions(s())), definitions())
    force = InForce(version=2, definitions=gone, waiting={"s": waiting(1)})

    [back] = plans.plan(force, definitions(s())).scenarios

    assert (back.change, back.version, back.waiting) == ("added", 2, {"pause": 1})


def test_a_removed_segment_that_waiting_runs_still_ask_for_is_told() -> None:
    asks = scenario("asks", {"event": "Ate"}, wait("pause", for_="1h"), exits=[{"leaves": "old"}])
    idle = scenario("idle", {"event": "Ate"}, wait("pause", for_="1h"), goal={"enters": "old"})
    before = definitions(asks, idle, segment("old", did="Ate"))

    plan = planned(before, definitions(), waiting={"asks": waiting(2)}, inside={"old": 5})

    told = SegmentChange(name="old", change="removed", inside=5, asked_by=("asks",))
    assert plan.segments == (told,)


def test_a_trigger_asks_nothing_of_runs_that_have_begun() -> None:
    begun = scenario("begun", {"enters": "old"}, wait("pause", for_="1h"))
    plan = planned(
        definitions(begun, segment("old", did="Ate")),
        definitions(),
        waiting={"begun": waiting(1)},
    )
    assert plan.segments[0].asked_by == ()


def test_a_template_that_only_runs_under_way_need_is_kept_and_told_once() -> None:
    sends = scenario("s", {"event": "Ate"}, send("mail", "old"), version=0)
    before = definitions(sends, template("old"), template("unused"), template("used"))
    written = definitions(template("used"))

    plan = planned(before, written)

    assert plan.templates == (
        Change(name="old", change="kept"),
        Change(name="unused", change="removed"),
    )
    after = InForce(version=8, definitions=succeed(succeed(None, before), written))
    assert plans.plan(after, written).templates == ()


def test_settings_are_told_as_they_are_and_as_they_would_be() -> None:
    plan = planned(definitions(zone="UTC"), definitions(zone="Europe/Paris"))
    assert plan.settings == {"zone": ("UTC", "Europe/Paris")}


def test_what_is_paused_is_told_as_long_as_it_is_there() -> None:
    before = succeed(None, definitions(s(), s(name="gone")))
    force = InForce(version=1, definitions=msgspec.structs.replace(before, paused=("gone", "s")))
    plan = plans.plan(force, definitions(s("2h")))
    assert (plan.paused, [one.paused for one in plan.scenarios]) == (("s",), [True, True])


def test_another_order_is_a_version_without_a_change() -> None:
    plan = planned(definitions(s(), s(name="t")), definitions(s(name="t"), s()))
    assert (plan.next, plan.scenarios) == (8, ())
