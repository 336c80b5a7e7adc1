"""Conditions: every operator, missing values, windows, counters, and how they combine."""

from typing import Any

import pytest

from engine.domain.conditions.demand import Demand
from engine.domain.conditions.predicate import compiled
from engine.domain.profile.contact import Contact
from tests.unit.domain.builders import NOON, condition, life, rulebook, segment


def holds(attributes: dict[str, Any], **question: Any) -> bool:
    predicate = compiled(condition(**question), Demand())
    return predicate(Contact(id=1, attributes=attributes), NOON)[0]


@pytest.mark.parametrize(
    ("fits", "value", "expected"),
    [
        ({"is": "gold"}, "gold", True),
        ({"is": "gold"}, "Gold", False),
        ({"is": 1}, 1.0, True),
        ({"is": 1}, "1", False),
        ({"is_not": "gold"}, "silver", True),
        ({"is_not": "gold"}, "gold", False),
        ({"in": ["gold", 2]}, 2, True),
        ({"in": ["gold", 2]}, "silver", False),
        ({"over": 2}, 2, False),
        ({"over": 2}, 2.5, True),
        ({"under": 2}, 2, False),
        ({"under": 2}, 1, True),
        ({"at_least": 2}, 2, True),
        ({"at_least": 2}, 1, False),
        ({"at_most": 2}, 2, True),
        ({"at_most": 2}, 3, False),
        ({"contains": "old"}, "gold", True),
        ({"contains": "OLD"}, "gold", False),
        ({"contains": "red"}, ["red", "blue"], True),
        ({"contains": "re"}, ["red", "blue"], False),
        ({"starts_with": "go"}, "gold", True),
        ({"starts_with": "old"}, "gold", False),
        ({"exists": True}, 0, True),
        ({"exists": True}, "", True),
        ({"exists": False}, 0, False),
    ],
)
def test_an_operator_answers_for_a_value(fits: dict[str, Any], value: Any, expected: bool) -> None:
    assert holds({"x": value}, attribute="x", **fits) is expected


@pytest.mark.parametrize(
    ("fits", "expected"),
    [
        ({"is": False}, False),
        ({"is_not": "gold"}, True),
        ({"in": [0, False, ""]}, False),
        ({"over": -1}, False),
        ({"under": 1}, False),
        ({"at_least": 0}, False),
        ({"at_most": 0}, False),
        ({"contains": ""}, False),
        ({"starts_with": ""}, False),
        ({"exists": True}, False),
        ({"exists": False}, True),
    ],
)
def test_a_missing_value_fits_is_not_and_exists_false_only(
    fits: dict[str, Any], expected: bool
) -> None:
    assert holds({}, attribute="x", **fits) is expected
    assert holds({"x": None}, attribute="x", **fits) is expected


@pytest.mark.parametrize(
    ("fits", "value", "expected"),
    [
        ({"is": True}, 1, False),
        ({"is": 1}, True, False),
        ({"is": False}, 0, False),
        ({"is": False}, False, True),
        ({"is_not": 1}, True, True),
        ({"in": [1, 0]}, True, False),
        ({"over": 0}, True, False),
        ({"at_most": 1}, False, False),
    ],
)
def test_true_is_not_one(fits: dict[str, Any], value: Any, expected: bool) -> None:
    assert holds({"x": value}, attribute="x", **fits) is expected


@pytest.mark.parametrize("value", ["3", [3], {"a": 3}])
def test_what_is_no_number_is_neither_over_nor_under(value: Any) -> None:
    assert not holds({"x": value}, attribute="x", over=0)
    assert not holds({"x": value}, attribute="x", under=9)


def test_every_operator_given_must_hold() -> None:
    assert holds({"x": 5}, attribute="x", at_least=5, under=6)
    assert not holds({"x": 6}, attribute="x", at_least=5, under=6)


def test_a_path_reads_nested_objects_and_stops_where_one_is_missing() -> None:
    attributes = {"address": {"city": "Lyon"}, "name": "Ada"}
    assert holds(attributes, attribute="address.city", is_="Lyon")
    assert holds(attributes, attribute="address.street", exists=False)
    assert holds(attributes, attribute="name.first", exists=False)


YES, NO = {"attribute": "x", "exists": True}, {"attribute": "x", "exists": False}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"all": [YES, YES]}, True),
        ({"all": [YES, NO]}, False),
        ({"any": [NO, YES]}, True),
        ({"any": [NO, NO]}, False),
        ({"not": NO}, True),
        ({"not": YES}, False),
        ({"not": {"any": [NO, {"all": [YES, NO]}]}}, True),
    ],
)
def test_all_any_and_not_combine(question: dict[str, Any], expected: bool) -> None:
    assert holds({"x": 1}, **question) is expected


def test_a_condition_that_asks_two_questions_is_refused() -> None:
    with pytest.raises(ValueError, match="exactly one question"):
        compiled(condition(did="Ate", attribute="x"), Demand())


def test_an_event_counts_within_a_window_up_to_but_not_at_its_end() -> None:
    ada = life(segment("recent", did="Ate", within="1h"))
    ada.does("Ate")
    ada.passes("3599999ms")
    assert "recent" in ada.contact.segments
    ada.passes("1ms")
    assert ada.said("segment_left") == [("recent", 3_600_000)]


def test_a_late_event_counts_by_when_it_happened() -> None:
    ada = life(segment("recent", did="Ate", within="1h"))
    ada.does("Ate", ago="59m")
    assert "recent" in ada.contact.segments
    ada.passes("1h")
    assert ada.said("segment_left") == [("recent", 60_000)]


def test_an_event_that_arrives_after_its_window_counts_for_nothing() -> None:
    ada = life(segment("recent", did="Ate", within="1h"))
    ada.does("Ate", ago="1h")
    assert ada.said("segment_entered") == []


def test_at_least_two_within_a_window_flips_when_the_older_of_the_two_latest_leaves_it() -> None:
    ada = life(segment("keen", did="Ate", at_least=2, within="1h"))
    ada.does("Ate")
    ada.passes("20m").does("Ate", ago="10m")
    ada.passes("5m").does("Ate", ago="20m")
    ada.passes("2h")
    minute = 60_000
    assert ada.said("segment_entered") == [("keen", 20 * minute)]
    assert ada.said("segment_left") == [("keen", 65 * minute)]


def test_a_ring_that_keeps_more_for_another_condition_is_read_from_its_end() -> None:
    ada = life(
        segment("once", did="Ate", within="1h"),
        segment("thrice", did="Ate", at_least=3, within="1h"),
    )
    ada.does("Ate")
    ada.passes("30m").does("Ate")
    ada.passes("2h")
    assert ada.said("segment_left") == [("once", 90 * 60_000)]


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_windows_the_one_that_ends_first_is_watched(order: int) -> None:
    windows = [{"did": "Ate", "within": "2h"}, {"did": "Ate", "within": "1h"}][::order]
    ada = life(
        segment("both", all=windows),
        segment("either", any=[{"not": one} for one in windows]),
    )
    ada.does("Ate")
    ada.passes("3h")
    assert ada.said("segment_left") == [("both", 3_600_000)]
    assert ada.said("segment_entered") == [("both", 0), ("either", 3_600_000)]


def test_did_not_becomes_true_at_the_instant_the_last_one_leaves_the_window() -> None:
    ada = life(segment("idle", did_not="Ate", within="7d"))
    ada.does("Ate")
    ada.passes("6d").does("Ate", ago="1d")
    ada.passes("30d")
    assert ada.said("segment_entered") == [("idle", 12 * 86_400_000)]


def test_a_count_without_a_window_never_forgets() -> None:
    ada = life(segment("regular", did="Ate", at_least=3))
    for _ in range(3):
        ada.does("Ate")
        ada.passes("52w")
    assert ada.said("segment_entered") == [("regular", 2 * 364 * 86_400_000)]
    assert ada.contact.due == 0


def test_only_events_whose_properties_fit_are_counted() -> None:
    ada = life(segment("big", did="Ate", where={"cost": {"over": 10}, "paid": True}, at_least=2))
    ada.does("Ate", properties={"cost": 20, "paid": True})
    ada.does("Ate", properties={"cost": 20, "paid": 1})
    ada.does("Ate", properties={"cost": 10, "paid": True})
    ada.does("Ate")
    assert ada.subjects("segment_entered") == []
    ada.does("Ate", properties={"cost": 11, "paid": True})
    assert ada.subjects("segment_entered") == ["big"]


def test_the_same_question_in_two_segments_is_counted_once() -> None:
    book = rulebook(
        segment("one", did="Ate", at_least=2, within="1h"),
        segment("two", did="Ate", at_least=5, within="2h"),
        segment("three", did="Ate"),
    )
    assert [(one.keep, one.counted) for one in book.aggregates.values()] == [(5, True)]


def test_segments_that_ask_about_one_another_in_a_circle_are_refused() -> None:
    with pytest.raises(ValueError, match="a -> b -> a"):
        rulebook(segment("a", segment="b"), segment("b", not_={"segment": "a"}))
