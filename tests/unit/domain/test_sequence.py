"""Sequences: who did A and then B in time, or not; each flip at its instant, late events included."""

from typing import Any

import pytest

from engine.domain.aggregates import series
from engine.domain.surveys.why import why
from tests.unit.domain.builders import DAY, HOUR, NOON, Life, life, segment
from tests.unit.domain.test_merge import merge, pair

ORDERED = {"event": "Ordered"}


def asked(**question: Any) -> Life:
    return life(segment("s", did="Added", **question))


def crossings(one: Life) -> list[tuple[str, int]]:
    return [
        (what.removeprefix("segment_"), at)
        for what in ("segment_entered", "segment_left")
        for _subject, at in one.said(what)
    ]


def test_then_holds_from_the_second_event_on_when_it_came_in_time() -> None:
    one = asked(then=ORDERED, within="3d")
    one.does("Added")
    one.passes("1d").does("Ordered")
    assert crossings(one) == [("entered", DAY)]
    assert one.contact.due == 0


@pytest.mark.parametrize(
    ("apart", "held"), [(0, False), (1, True), (3 * DAY - 1, True), (3 * DAY, False)]
)
def test_what_follows_comes_strictly_after_and_strictly_within(apart: int, held: bool) -> None:
    one = asked(then=ORDERED, within="3d")
    one.does("Added")
    one.until(NOON + apart).does("Ordered")
    assert ("s" in one.contact.segments) is held


def test_not_then_holds_at_the_very_millisecond_at_which_the_time_is_over() -> None:
    one = asked(not_then=ORDERED, within="3d")
    one.does("Added")
    assert one.contact.due == NOON + 3 * DAY
    one.passes("10d").does("Ordered")
    assert crossings(one) == [("entered", 3 * DAY)]
    assert "s" in one.contact.segments


def test_what_is_told_late_undoes_what_seemed_missing() -> None:
    one = asked(not_then=ORDERED, within="3d")
    one.does("Added")
    one.passes("4d").does("Ordered", ago="2d")
    assert crossings(one) == [("entered", 3 * DAY), ("left", 4 * DAY)]


def test_a_late_beginning_finds_what_followed_it() -> None:
    one = asked(then=ORDERED, within="3d")
    one.does("Ordered")
    one.passes("1h").does("Added", ago="2h")
    assert crossings(one) == [("entered", HOUR)]


def test_a_window_bounds_the_beginning_and_ends_it_exactly() -> None:
    one = asked(not_then=ORDERED, within="3d", in_last="30d")
    one.does("Added")
    one.passes("40d")
    assert crossings(one) == [("entered", 3 * DAY), ("left", 30 * DAY)]


def test_not_yet_holds_at_once_and_ends_with_what_was_missing() -> None:
    one = asked(not_then=ORDERED)
    one.does("Ordered")
    one.passes("1h").does("Added")
    one.passes("1h").does("Ordered")
    one.passes("1h").does("Added")
    assert sorted(crossings(one), key=lambda one: one[1]) == [
        ("entered", HOUR), ("left", 2 * HOUR), ("entered", 3 * HOUR),
    ]  # fmt: skip


def test_a_chain_goes_on_in_order_within_one_time() -> None:
    one = asked(then=[{"event": "Began"}, ORDERED], within="2h")
    for name in ("Added", "Ordered", "Began"):
        one.does(name)
        one.passes("30m")
    assert crossings(one) == []
    one.does("Ordered")
    assert crossings(one) == [("entered", 3 * HOUR // 2)]


def test_a_chain_counts_how_often_it_was_gone_through() -> None:
    one = asked(then=ORDERED, within="1h", exactly=2)
    for _ in range(3):
        one.does("Added")
        one.passes("30m").does("Ordered")
        one.passes("1h")
    assert crossings(one) == [("entered", 2 * HOUR), ("left", 7 * HOUR // 2)]


def test_both_sides_choose_by_their_properties() -> None:
    bought = {"products.sku": {"contains": "a"}}
    other = {"event": "Added", "where": {"products.sku": {"contains": "b"}}}
    one = asked(where=bought, not_then=other, within="15d")
    one.does("Added", properties={"products": [{"sku": "a"}, {"sku": "c"}]})
    one.passes("14d").does("Added", properties={"products": [{"sku": "c"}]})
    one.passes("2d")
    assert crossings(one) == [("entered", 15 * DAY)]


def test_dates_choose_the_beginning_and_not_what_follows() -> None:
    one = asked(then=ORDERED, before="2023-11-15T13:00:00Z")
    one.does("Added")
    one.passes("2h").does("Ordered")
    assert "s" in one.contact.segments
    late = asked(then=ORDERED, before="2023-11-15T11:00:00Z")
    late.does("Added")
    late.passes("2h").does("Ordered")
    assert "s" not in late.contact.segments


def test_a_merge_puts_what_both_did_into_one_order() -> None:
    guest, ada = pair(
        segment("then", did="Added", then=ORDERED, within="3d"),
        segment("not_yet", did="Added", not_then=ORDERED),
    )
    guest.does("Added")
    for one in (guest, ada):
        one.passes("1d")
    ada.does("Ordered")
    merge(guest, ada)
    assert list(ada.contact.segments) == ["then"]


def test_more_than_can_be_kept_one_by_one_is_told_as_approximate() -> None:
    one = asked(then=ORDERED, within="1h", at_least=2)
    for _ in range(series.MOST + 1):
        one.now += 60_000
        one.does("Added")
    one.does("Ordered")
    one.passes("1m").does("Ordered")
    told = why(one.contact, "s", one.book, one.now)["because"][0]
    assert told["saw"]["approximate"] is True
    assert told["holds"] is True


def test_a_sequence_is_told_in_words_with_what_it_saw() -> None:
    one = asked(where={"sku": 1}, not_then=ORDERED, within="3d", in_last="30d")
    one.does("Added", properties={"sku": 1})
    [part] = why(one.contact, "s", one.book, one.now)["because"]
    assert part["asks"] == "did Added where sku is 1 and not then Ordered within 3d in last 30d"
    assert part["saw"] == {"times": 0}
    assert part["until"] == "2023-11-18T12:00:00.000Z"
