"""Thresholds: crossed up and down, with hysteresis, by points and by time; and what they do."""

from typing import Any

import msgspec

from engine.domain.language.threshold import Threshold, scenarios_of, segment_of
from tests.unit.domain.builders import HOUR, Life, life, put, reachable, rulebook, score, send

HEAT = score("heat", {"event": "Ate", "points": 8}, half_life="1h")
HOT = {"threshold": "hot", "score": "heat", "above": 6, "until_below": 2}


def living(made: Any = life, **rest: Any) -> Life:
    threshold = msgspec.convert({**HOT, **rest}, Threshold)
    acts = [msgspec.structs.replace(one, version=1) for one in scenarios_of(threshold).values()]
    one: Life = made(HEAT, segment_of(threshold), *acts)
    return one


def test_points_cross_it_up_and_time_crosses_it_back_at_the_exact_instant() -> None:
    ada = living()
    ada.does("Ate")
    assert "hot" in ada.contact.segments
    ada.passes("1d")
    assert ada.said("segment_left") == [("hot", 2 * HOUR + 1)]


def test_between_the_bounds_nobody_goes_in_or_out() -> None:
    ada = living()
    ada.does("Ate")
    ada.passes("90m").does("Ate")
    ada.passes("1h")
    assert ada.subjects("segment_entered", "segment_left") == ["hot"]


def test_without_a_second_bound_it_is_crossed_back_where_it_was_crossed() -> None:
    ada = living(above=4, until_below=None)
    ada.does("Ate")
    ada.passes("1d")
    assert ada.said("segment_left") == [("hot", HOUR)]


def test_it_may_be_crossed_downward() -> None:
    ada = living(above=None, until_below=None, below=2, until_above=6)
    ada.does("Ate")
    assert ada.said("segment_left") == []
    ada.passes("1d")
    assert ada.said("segment_entered") == [("hot", 2 * HOUR + 1)]
    ada.does("Ate")
    assert ada.subjects("segment_left") == ["hot"]


def test_crossing_does_something_each_time_and_crossing_back_too() -> None:
    ada = living(reachable, do=[send("mail")], undo=[put("cool", "mood", "cold")])
    for _ in range(2):
        ada.does("Ate")
        ada.passes("1d")
    assert [mail.scenario for mail in ada.sends] == ["hot/mail", "hot/mail"]
    assert ada.contact.attributes["mood"] == "cold"


def test_a_new_threshold_does_nothing_for_who_is_beyond_it_already() -> None:
    threshold = msgspec.convert({**HOT, "do": [send("mail")]}, Threshold)
    acts = [msgspec.structs.replace(one, version=1) for one in scenarios_of(threshold).values()]
    ada = reachable(HEAT)
    ada.does("Ate")
    ada.under(rulebook(HEAT, segment_of(threshold), *acts, version=2)).passes("1m").does("Other")
    assert (list(ada.contact.segments), ada.sends) == (["hot"], [])
    ada.passes("1d").does("Ate")
    assert len(ada.sends) == 1
