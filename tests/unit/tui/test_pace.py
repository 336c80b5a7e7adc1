"""Rates are those of the engine's clock, and nothing is made up before the second look."""

from hypothesis import given
from hypothesis import strategies as st

from tui.pace import Pace


def test_before_the_second_look_there_is_no_rate() -> None:
    pace = Pace()
    pace.look(1_000, {"sent": 5})
    assert pace.rate("sent") is None
    assert pace.gained("sent") == 0


def test_a_rate_is_that_of_the_last_five_seconds() -> None:
    pace = Pace()
    for second in range(20):
        pace.look(1_000 * second, {"sent": 10 * second if second < 10 else 90 + 2 * (second - 9)})
    assert pace.rate("sent") == 2.0


def test_the_same_look_again_changes_nothing() -> None:
    pace = Pace()
    for at, sent in ((0, 0), (1_000, 7), (1_000, 7)):
        pace.look(at, {"sent": sent})
    assert pace.rate("sent") == 7.0
    assert pace.series("sent") == [7.0]


def test_counters_that_went_back_are_those_of_another_store() -> None:
    pace = Pace()
    pace.look(0, {"sent": 900})
    pace.look(1_000, {"sent": 3})
    assert pace.rate("sent") is None


@given(st.lists(st.tuples(st.integers(1, 90_000), st.integers(0, 1_000)), min_size=1, max_size=30))
def test_what_was_gained_is_never_negative_nor_more_than_everything(
    looks: list[tuple[int, int]],
) -> None:
    pace, at, sent = Pace(), 0, 0
    pace.look(0, {"sent": 0})
    for pause, more in looks:
        at, sent = at + pause, sent + more
        pace.look(at, {"sent": sent})
    assert 0 <= pace.gained("sent") <= sent
    assert (pace.rate("sent") or 0) >= 0
