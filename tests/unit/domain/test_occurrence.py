"""What a contact did: bounded counts, first and last times, between dates; each flip at its instant."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.domain.builders import DAY, HOUR, NOON, Life, life, segment


def asked(**question: Any) -> Life:
    return life(segment("s", did="Ate", **question))


def crossings(one: Life) -> list[tuple[str, int]]:
    return [
        (what, at)
        for what in ("segment_entered", "segment_left")
        for _subject, at in one.said(what)
    ]


@pytest.mark.parametrize(
    ("question", "members"),
    [
        ({"exactly": 2}, [False, False, True, False]),
        ({"exactly": 0}, [True, False, False, False]),
        ({"at_most": 1}, [True, True, False, False]),
        ({"at_least": 1, "at_most": 2}, [False, True, True, False]),
    ],
)
def test_a_count_is_bounded_on_both_sides(question: dict[str, Any], members: list[bool]) -> None:
    one = asked(**question)
    one.does("Slept")
    found = ["s" in one.contact.segments]
    for _ in range(3):
        one.does("Ate")
        found.append("s" in one.contact.segments)
    assert found == members


def test_who_did_it_too_often_belongs_when_the_oldest_leaves_the_window() -> None:
    one = asked(exactly=1, within="2h")
    one.does("Ate")
    one.passes("30m").does("Ate")
    one.passes("1d")
    half = HOUR // 2
    assert sorted(one.said("segment_entered", "segment_left"), key=lambda x: x[1]) == [
        ("s", 0), ("s", half), ("s", 2 * HOUR), ("s", 2 * HOUR + half),
    ]  # fmt: skip


def test_the_first_time_stays_when_the_event_comes_again_and_moves_when_an_older_one_comes() -> (
    None
):
    one = asked(first={"in_last": "7d"})
    one.does("Ate")
    one.passes("6d").does("Ate")
    assert one.contact.due == NOON + 7 * DAY
    one.does("Ate", ago="8d")
    assert "s" not in one.contact.segments


def test_the_last_time_is_older_than_a_span_from_that_very_instant_on() -> None:
    one = asked(last={"older_than": "30d"})
    one.does("Ate")
    one.passes("1d").does("Ate")
    one.passes("60d")
    assert crossings(one) == [("segment_entered", 31 * DAY)]


def test_nothing_done_has_neither_a_first_nor_a_last_time() -> None:
    one = asked(last={"older_than": "1d"})
    one.does("Slept")
    one.passes("30d")
    assert crossings(one) == []


def test_between_dates_counts_by_event_time_where_the_event_happened() -> None:
    one = asked(since="2023-11-15", before="2023-11-16", exactly=2)
    tokyo = datetime(2023, 11, 14, 15, tzinfo=UTC)
    for zone, ms in (("Asia/Tokyo", 0), ("Asia/Tokyo", -1), ("", 0), ("", 33 * HOUR)):
        one.does("Ate", f"{NOON - (int(tokyo.timestamp() * 1000) + ms)}ms", zone=zone)
    assert "s" not in one.contact.segments
    one.does("Ate", "11h")
    assert one.contact.counts == {next(iter(one.contact.counts)): 2}
    assert "s" in one.contact.segments


def test_an_instant_is_the_same_everywhere() -> None:
    one = asked(since="2023-11-15T12:00:00+02:00", where={"n": 1})
    one.does("Ate", "2h", properties={"n": 1}, zone="Asia/Tokyo")
    assert "s" in one.contact.segments
    other = asked(since="2023-11-15T12:00:00.001+02:00")
    other.does("Ate", "2h")
    assert "s" not in other.contact.segments
