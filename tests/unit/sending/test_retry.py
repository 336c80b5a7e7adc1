from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.sending.retry import HOUR, LADDER, MINUTE, retry_after


def test_each_attempt_waits_longer_than_the_one_before() -> None:
    ages = [0, *(sum(LADDER[:used]) for used in range(1, len(LADDER)))]

    pauses = [retry_after(attempts, age) for attempts, age in enumerate(ages)]

    assert pauses == [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR]


def test_the_seventh_attempt_is_the_last() -> None:
    assert retry_after(6, sum(LADDER)) is None


def test_attempts_that_a_closed_route_ended_quickly_use_no_rung_up() -> None:
    assert retry_after(attempts=500, age=2 * MINUTE) == 5 * MINUTE


def test_a_message_that_waited_days_for_its_first_attempt_has_the_whole_ladder() -> None:
    assert retry_after(attempts=0, age=100 * HOUR) == MINUTE


@given(st.integers(0, 20), st.integers(0, 10**9))
def test_a_pause_is_a_rung_that_the_attempts_have_reached(attempts: int, age: int) -> None:
    pause = retry_after(attempts, age)

    assert pause in (*LADDER[: attempts + 1], None)
    assert pause is not None or attempts >= len(LADDER)
