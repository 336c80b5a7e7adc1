"""Points that a run gives: they count at once, fade, and outlive a rebuild and a merge."""

from typing import Any

import pytest

from engine.domain.conditions.counted import score_of
from engine.domain.message import Rebuilt
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.since import dated
from tests.unit.domain import builders as build
from tests.unit.domain.builders import HOUR, Life, life, scenario, score, segment
from tests.unit.domain.test_merge import merge, pair

HEAT = score("heat", {"event": "Ate", "points": 1}, half_life="1h")
GIVE: dict[str, Any] = {"do": "score", "id": "give", "score": "heat", "points": 8}
SCENARIO = scenario("s", {"event": "Came"}, GIVE)


def test_points_count_at_once_and_fade() -> None:
    ada = life(HEAT, SCENARIO, segment("hot", score="heat", over=4))
    ada.does("Came")
    assert list(ada.contact.segments) == ["hot"]
    ada.passes("1d")
    assert ada.said("segment_left") == [("hot", HOUR)]


def test_points_outlive_a_score_that_is_counted_anew() -> None:
    first = build.definitions(HEAT, SCENARIO)
    ada = Life(Rulebook(1, dated(None, first, 1)))
    ada.does("Came")
    other = score("heat", {"event": "Ate", "points": 2}, half_life="1h")
    ada.under(Rulebook(2, dated(first, build.definitions(other, SCENARIO), 2)))
    ada.passes("1h")
    ada.take(Rebuilt((score_of(other),), b""))
    value, at = ada.contact.scores["heat"]
    assert value * 2 ** ((at - ada.now) / HOUR) == pytest.approx(4)


def test_a_merge_adds_what_both_were_given() -> None:
    guest, ada = pair(HEAT, SCENARIO)
    guest.does("Came")
    ada.does("Came")
    merge(guest, ada)
    assert ada.contact.scores["heat"] == ada.contact.given["heat"] == (16, ada.now)
