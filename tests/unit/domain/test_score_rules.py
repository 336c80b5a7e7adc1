"""Rules of scores: on conditions, capped, once, and points that wear off in steps."""

from typing import Any

import pytest

from engine.domain.message import Adopted
from engine.domain.profile import codec
from engine.domain.profile.collection import BUILT_IN
from engine.domain.scores.grid import start_of
from tests.unit.domain.builders import (
    DAY,
    HOUR,
    NOON,
    Life,
    aggregate,
    life,
    rulebook,
    score,
    segment,
)

MIDNIGHT = NOON + 12 * HOUR
SILENT = {"id": "silent", "if": {"did_not": "Came", "within": "21d"}, "points": -10}


def value(one: Life, name: str = "heat") -> float:
    return one.book.gauges[name].of(one.contact, one.now)


def test_points_on_a_condition_count_from_the_very_instant_at_which_it_holds() -> None:
    one = life(score("heat", {"event": "Came", "points": 15}, SILENT))
    one.does("Came")
    one.until(NOON + 21 * DAY - 1)
    assert value(one) == 15
    one.until(NOON + 21 * DAY)
    assert value(one) == 5
    one.does("Came")
    assert value(one) == 30


def test_an_attribute_is_asked_in_short() -> None:
    one = life(score("fit", {"attribute": "role", "is": "director", "points": 20}))
    one.tells(role="director")
    assert value(one, "fit") == 20
    one.tells(role="assistant")
    assert value(one, "fit") == 0
    assert one.said("scored") == [("fit", 0), ("fit", 0)]


def test_a_segment_that_asks_for_a_score_follows_the_conditions_behind_it() -> None:
    one = life(
        score("heat", {"event": "Came", "points": 15}, SILENT),
        segment("hot", score="heat", at_least=10),
        score("sum", {"if": {"segment": "hot"}, "points": 3}),
        segment("best", score="sum", at_least=3),
    )
    one.does("Came")
    assert list(one.contact.segments) == ["hot", "best"]
    one.passes("30d")
    assert one.said("segment_left") == [("hot", 21 * DAY), ("best", 21 * DAY)]


def test_visits_that_become_fewer_halve_what_events_gave() -> None:
    fewer = {"any": [{"aggregate": "trend", "under": 1}, {"did_not": "Came", "within": "14d"}]}
    one = life(
        aggregate("now", count="Came", within="7d"),
        aggregate("before", count="Came", between=["14d", "7d"]),
        aggregate("trend", ratio=["now", "before"]),
        score(
            "heat",
            {"event": "Came", "points": 10},
            {"if": fewer, "factor": 0.5},
            {"attribute": "role", "is": "director", "points": 1},
        ),
    )
    one.tells(role="director")
    one.does("Came")
    one.passes("1d").does("Came")
    one.passes("6d")
    assert value(one) == 21
    one.does("Came")
    one.passes("1d")
    assert value(one) == 16
    one.passes("70d")
    assert value(one) == 16
    one.does("Came")
    assert value(one) == 41


def test_a_condition_on_what_is_in_the_cart_gives_points() -> None:
    part = score("heat", {"if": {"collection": "cart", "of": "total", "over": 50}, "points": 7})
    one = life(part, collections=BUILT_IN)
    one.does("Product Added", properties={"product_id": "a", "price": 60})
    assert value(one) == 7
    one.does("Order Completed", properties={"order_id": "1"})
    assert value(one) == 0


def capped(**limits: Any) -> Life:
    return life(score("heat", {"event": "Came", "points": 5, **limits}))


def test_a_cap_lets_whole_points_through_in_each_period() -> None:
    one = capped(cap=12, per="1d")
    for _ in range(4):
        one.does("Came")
    assert value(one) == 10
    one.until(MIDNIGHT).does("Came")
    assert value(one) == 15
    one.does("Came", ago="1h")
    assert value(one) == 15


def test_once_is_the_first_event_also_when_it_comes_late() -> None:
    one = life(score("heat", {"event": "Came", "points": 8, "once": True}, half_life="1h"))
    one.does("Came")
    one.does("Came", ago="1h")
    assert value(one) == 4


def test_a_score_is_read_within_its_bounds() -> None:
    one = life(score("heat", {"event": "Came", "points": 60}, min=0, max=100))
    one.does("Came")
    one.does("Came")
    assert value(one) == 100
    assert one.contact.scores["heat"][0] == 120


LINEAR = score("heat", {"event": "Came", "points": 3}, linear={"points": 1, "every": "1d"})


def test_points_wear_off_at_each_midnight_until_nothing_is_left() -> None:
    one = life(LINEAR, segment("warm", score="heat", at_least=2))
    one.does("Came")
    assert [value(one.until(at)) for at in (MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + DAY)] == [3, 2, 1]
    assert one.said("segment_left") == [("warm", MIDNIGHT + DAY - NOON)]
    one.until(MIDNIGHT + 9 * DAY)
    assert value(one) == 0


def test_what_wears_off_does_not_depend_on_the_order_of_arrival() -> None:
    early, late = life(LINEAR), life(LINEAR)
    early.does("Came")
    early.passes("1d").does("Came")
    late.now += DAY
    late.does("Came")
    late.does("Came", ago="1d")
    assert early.contact.wears == late.contact.wears
    assert value(early) == value(late) == 5


def test_weeks_of_the_grid_begin_on_monday() -> None:
    monday = 1_700_438_400_000
    assert start_of(2_812, 7 * DAY) == monday


@pytest.mark.parametrize("late", [False, True])
def test_a_merge_holds_a_cap_for_the_events_of_both(late: bool) -> None:
    part = score("heat", {"event": "Came", "points": 8, "once": True}, SILENT, half_life="1h")
    ada, guest = life(part), life(part)
    guest.contact.id = 2 << 16
    first, second = (ada, guest) if late else (guest, ada)
    first.does("Came")
    second.now += HOUR
    second.does("Came", keys=("anonymous_id:d",))
    ada.now = guest.now = NOON + HOUR
    ada.take(Adopted(source=guest.contact.id, state=codec.encode(guest.contact), sends=()))
    assert value(ada) == pytest.approx(4)
    assert ada.contact.due == NOON + HOUR + 21 * DAY


def test_a_rule_that_is_removed_no_longer_counts() -> None:
    one = life(score("heat", SILENT))
    one.does("Slept")
    assert value(one) == -10
    one.under(rulebook(score("heat", {"event": "Came", "points": 1}), version=2)).does("Slept")
    assert value(one) == 0
    assert one.contact.upheld == {}
