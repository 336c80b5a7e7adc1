"""wait_for: what ends it, where it goes, and what does not count."""

from typing import Any

import pytest

from engine.domain.message import TimerFired
from tests.unit.domain.builders import HOUR, Life, life, rulebook, scenario, segment, wait, wait_for

MARKS = (wait("next", for_="52w"), wait("then", for_="52w"), wait("else", for_="52w"))


def awaiting(*parts: Any, trigger: str = "Came", **moment: Any) -> Life:
    ada = life(scenario("s", {"event": trigger}, wait_for("back", **moment), *MARKS), *parts)
    ada.does(trigger)
    return ada


def test_the_awaited_event_leads_to_then() -> None:
    ada = awaiting(event="Ate", timeout="1h", then="then", else_="else")
    ada.passes("10m").does("Ate")
    assert ada.standing == ["s/then"]
    assert ada.contact.due == ada.now + 52 * 7 * 24 * HOUR


def test_a_time_out_leads_to_else_at_its_very_instant() -> None:
    ada = awaiting(event="Ate", timeout="1h", then="then", else_="else")
    ada.passes("1h")
    assert ada.standing == ["s/else"]
    assert ada.said("timed_out") == [("s/back", HOUR)]


def test_without_then_and_else_both_lead_to_the_next_step() -> None:
    came, late = awaiting(event="Ate", timeout="1h"), awaiting(event="Ate", timeout="1h")
    came.does("Ate")
    late.passes("1h")
    assert came.standing == late.standing == ["s/next"]


def test_without_a_time_out_it_waits_for_ever() -> None:
    ada = awaiting(event="Ate")
    assert ada.contact.due == 0
    ada.passes("500w").does("Ate")
    assert ada.standing == ["s/next"]


def test_an_event_whose_properties_do_not_fit_ends_nothing() -> None:
    ada = awaiting(event="Ate", where={"what": "pear"})
    ada.does("Ate", properties={"what": "plum"})
    assert ada.standing == ["s/back"]
    ada.does("Ate", properties={"what": "pear"})
    assert ada.standing == ["s/next"]


@pytest.mark.parametrize(
    ("moment", "needed"), [({"enters": "gold"}, "gold"), ({"leaves": "gold"}, "free")]
)
def test_a_segment_entered_or_left_ends_it(moment: dict[str, str], needed: str) -> None:
    ada = life(
        segment("gold", attribute="plan", is_="gold"),
        scenario("s", {"event": "Came"}, wait_for("back", **moment), *MARKS),
    )
    ada.tells(plan="silver" if needed == "gold" else "gold")
    ada.does("Came")
    assert ada.standing == ["s/back"]
    ada.tells(plan=needed)
    assert ada.standing == ["s/next"]


def test_a_segment_left_by_time_alone_ends_it_at_that_instant() -> None:
    ada = awaiting(segment("recent", did="Ate", within="1h"), leaves="recent")
    ada.does("Ate")
    ada.passes("2h")
    assert ada.said("step_out") == [("s/back", HOUR)]


def test_the_event_that_started_the_run_is_not_the_one_it_waits_for() -> None:
    ada = awaiting(event="Ate", trigger="Ate")
    assert ada.standing == ["s/back"]
    ada.does("Ate")
    assert ada.standing == ["s/next"]


def test_one_event_ends_one_wait_of_a_run() -> None:
    twice = (wait_for("one", event="Ate"), wait_for("two", event="Ate"))
    ada = life(scenario("s", {"event": "Came"}, *twice))
    ada.does("Came")
    ada.does("Ate")
    assert ada.standing == ["s/two"]


def test_an_old_event_or_an_import_does_not_end_it() -> None:
    ada = awaiting(event="Ate")
    ada.does("Ate", ago="25h")
    ada.does("Ate", live=False)
    assert ada.standing == ["s/back"]


def paused(**rest: Any) -> Life:
    """What it waits for comes in a pause, two hours after the run."""
    s = scenario("s", {"event": "Came"}, wait_for("back", event="Ate", **rest), *MARKS)
    ada = life(s)
    ada.does("Came")
    ada.under(rulebook(s, version=2, paused=("s",))).passes("2h").does("Ate")
    assert ada.standing == ["s/back"]
    ada.passes("1h").under(rulebook(s, version=3)).take(TimerFired())
    return ada


@pytest.mark.parametrize(
    ("rest", "leads"), [({}, "then"), ({"timeout": "9h"}, "then"), ({"timeout": "1h"}, "else")]
)
def test_what_came_first_in_a_pause_counts_when_it_ends(rest: dict[str, Any], leads: str) -> None:
    assert paused(then="then", else_="else", **rest).standing == [f"s/{leads}"]
