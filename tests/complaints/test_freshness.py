"""What users of other products complain of about segments and scores: none of it can happen here.

Other rows of the same list stand where their subject is: dates in UTC and Monday in Tokyo in
``test_when`` and ``test_aim``, machines that open and click in ``test_activity``.
"""

import pytest

from engine.domain.fact import Fact
from engine.domain.message import TimerFired
from tests.unit.domain.builders import (
    DAY,
    NOON,
    life,
    put,
    scenario,
    score,
    segment,
    send,
    wait,
)
from tests.unit.domain.builders import reachable as reached

VISITED = segment("visited", did="Visited", within="30d")


def test_a_segment_changes_with_the_event_and_waits_for_no_rebuild() -> None:
    """mautic#8113, mautic#3058: segments were rebuilt by cron, 40 minutes for 260,000 contacts."""
    ada = life(VISITED)
    outcome = ada.does("Visited")
    assert Fact("segment_entered", "visited", NOON) in outcome.facts


def test_a_segment_about_a_segment_follows_it_in_the_same_step() -> None:
    """mautic#13088: a segment in a segment was worked out anew with the whole of its query."""
    ada = life(VISITED, segment("guests", segment="visited"), segment("hosts", segment="guests"))
    ada.does("Visited")
    assert ada.subjects("segment_entered") == ["visited", "guests", "hosts"]
    ada.passes("31d")
    assert {at for _, at in ada.said("segment_left")} == {30 * DAY}


def test_a_window_is_as_long_as_it_is_written() -> None:
    """Dittofeed rounded times to a tenth of the window: "within 30 days" was off by up to a day."""
    ada = life(VISITED)
    ada.passes("11h").does("Visited")
    entered = ada.now
    ada.until(entered + 30 * DAY - 1)
    assert "visited" in ada.contact.segments
    ada.until(entered + 30 * DAY)
    assert "visited" not in ada.contact.segments


def test_not_having_bought_is_found_out_by_nobody_asking() -> None:
    """Klaviyo: "no event is triggered by not purchasing"; such segments moved once a day."""
    lapsed = segment("lapsed", all=[{"did": "Bought"}, {"did_not": "Bought", "within": "90d"}])
    ada = life(lapsed, scenario("call", {"enters": "lapsed"}, put("mark", "lapsed", "yes")))
    ada.does("Bought")
    ada.passes("90d")
    assert ada.said("segment_entered") == [("lapsed", 90 * DAY)]
    assert ada.contact.attributes["lapsed"] == "yes"


@pytest.mark.parametrize(("exits", "sent"), [((), 1), (({"leaves": "visited"},), 0)])
def test_who_leaves_the_segment_leaves_the_scenario_only_where_its_author_says_so(
    exits: tuple[dict[str, str], ...], sent: int
) -> None:
    """mautic#6439: contacts fell out of a campaign when its segment no longer held them."""
    steps = (wait("month", for_="40d"), send("mail"))
    ada = reached(VISITED, scenario("greet", {"enters": "visited"}, *steps, exits=list(exits)))
    ada.does("Visited")
    ada.passes("41d")
    assert len(ada.sends) == sent


def test_segments_that_cause_one_another_come_to_an_end_that_is_told() -> None:
    """notifuse#332: a cascade of segment triggers never drained."""
    odd = segment("odd", attribute="n", is_="odd")
    ada = life(
        odd,
        scenario("on", {"enters": "odd"}, put("even", "n", "even")),
        scenario("off", {"leaves": "odd"}, put("odd", "n", "odd")),
    )
    ada.tells(n="odd")
    assert "without end" in ada.contact.trouble
    assert ada.subjects("parked") == [""]


def test_a_score_goes_down_by_itself_and_out_of_its_segment_at_the_instant() -> None:
    """No open product lowered scores by time; HubSpot did, once a month."""
    heat = score("heat", {"event": "Visited", "points": 8}, half_life="1d")
    ada = life(heat, segment("hot", score="heat", at_least=2))
    ada.does("Visited")
    ada.misses("30d")
    assert ada.said("segment_left") == [("hot", 2 * DAY + 1)]
    assert ada.take(TimerFired()).facts == []
