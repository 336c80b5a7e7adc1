"""Conditions on scores, scenarios and lots."""

from typing import Any

import pytest

from engine.domain.conditions.lot import number_of
from engine.domain.message import Adopted
from engine.domain.profile import codec
from engine.domain.scores.score import decayed
from tests.unit.domain.builders import DAY, HOUR, NOON, Life, life, scenario, score, segment, wait

HEAT = score("heat", {"event": "Ate", "points": 10}, half_life="1h")


def hot(**question: Any) -> Life:
    return life(HEAT, segment("s", score="heat", **question))


def test_a_score_is_reached_by_an_event_and_lost_at_the_first_millisecond_below() -> None:
    one = hot(at_least=15)
    one.does("Ate")
    assert not one.contact.segments
    one.does("Ate")
    assert one.contact.segments
    due = one.contact.due
    assert decayed(20.0, NOON, due, HOUR) < 15 <= decayed(20.0, NOON, due - 1, HOUR)
    one.passes("1d")
    assert one.said("segment_left") == [("s", due - NOON)]


def test_half_of_the_points_are_left_after_exactly_one_half_life() -> None:
    one = hot(at_most=5)
    one.does("Ate")
    assert one.contact.due == NOON + HOUR


def test_a_score_may_lie_between_two_bounds() -> None:
    one = hot(between=[2.5, 5])
    one.does("Ate")
    one.passes("1d")
    assert one.said("segment_entered") == [("s", HOUR)]
    assert one.said("segment_left") == [("s", 2 * HOUR + 1)]


def test_a_negative_score_rises_towards_nothing() -> None:
    one = life(
        score("heat", {"event": "Ate", "points": -10}, half_life="1h"),
        segment("s", score="heat", over=-5),
    )
    one.does("Ate")
    assert not one.contact.segments
    assert one.contact.due == NOON + HOUR + 1


def test_a_score_without_decay_never_flips_and_one_without_points_is_nothing() -> None:
    one = life(score("heat", {"event": "Ate", "points": 1}), segment("s", score="heat", under=2))
    one.does("Slept")
    assert one.contact.segments
    one.does("Ate")
    assert not one.contact.due


def test_a_scenario_is_never_entered_then_inside_then_finished() -> None:
    states = ("never_entered", "inside", "finished")
    one = life(
        scenario("welcome", {"event": "Ate"}, wait("pause", for_="1d")),
        *(segment(state, scenario="welcome", is_=state) for state in states),
    )
    one.does("Slept")
    assert list(one.contact.segments) == ["never_entered"]
    one.does("Ate")
    assert list(one.contact.segments) == ["inside"]
    one.passes("1d")
    assert one.contact.segments == {"finished": NOON + DAY}


def test_a_lot_is_a_stable_share_and_a_greater_one_keeps_who_was_in() -> None:
    ids = [number << 16 for number in range(1, 4_001)]
    small = {one for one in ids if number_of("spring", one) < 10}
    great = {one for one in ids if number_of("spring", one) < 25}
    other = {one for one in ids if number_of("summer", one) < 10}
    assert 320 < len(small) < 480
    assert small < great
    assert 10 < len(small & other) < 80


def test_who_is_merged_keeps_the_lot_of_the_older() -> None:
    older = 1 << 16
    share = number_of("spring", older) + 0.01
    younger = next(n << 16 for n in range(2, 99) if number_of("spring", n << 16) > share)
    parts = [segment("s", percent=share, lot="spring")]
    one, other = life(*parts), life(*parts)
    one.contact.id, other.contact.id = younger, older
    other.does("Slept", keys=("anonymous_id:a",))
    one.does("Slept")
    assert other.contact.segments
    assert not one.contact.segments
    one.take(Adopted(source=older, state=codec.encode(other.contact), sends=()))
    assert one.contact.segments


@pytest.mark.parametrize("state", ["inside", "finished"])
def test_a_branch_may_ask_for_a_scenario(state: str) -> None:
    one = life(
        scenario("welcome", {"event": "Ate"}, wait("pause", for_="1d")),
        segment("s", all=[{"scenario": "welcome", "is": state}, {"not": {"did": "Slept"}}]),
    )
    one.does("Ate")
    assert bool(one.contact.segments) is (state == "inside")
