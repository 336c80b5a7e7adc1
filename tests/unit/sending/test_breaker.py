import pytest

from engine.clock import ManualClock
from engine.runtime.sending.breaker import FIRST, LONGEST, Breaker


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def breaker(clock: ManualClock) -> Breaker:
    return Breaker(clock)


def test_a_closed_breaker_lets_everything_through(breaker: Breaker) -> None:
    assert all(breaker.admit() for _ in range(5))
    assert breaker.state == "closed"


def test_an_open_breaker_lets_nothing_through_until_its_pause_is_over(
    breaker: Breaker, clock: ManualClock
) -> None:
    breaker.failed()

    assert not breaker.admit()
    clock.advance(FIRST - 1)
    assert not breaker.admit()
    clock.advance(1)
    assert breaker.admit()


def test_a_half_open_breaker_admits_one_probe_only(breaker: Breaker, clock: ManualClock) -> None:
    breaker.failed()
    clock.advance(FIRST)

    assert [breaker.admit() for _ in range(3)] == [True, False, False]
    assert breaker.state == "half-open"


def test_each_failed_probe_doubles_the_pause_up_to_a_minute(
    breaker: Breaker, clock: ManualClock
) -> None:
    pauses = []
    breaker.failed()
    for _ in range(8):
        pauses.append(breaker.wait())
        clock.advance(breaker.wait())
        assert breaker.admit()
        breaker.failed()

    assert pauses == [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, LONGEST, LONGEST]


def test_attempts_begun_before_it_opened_do_not_lengthen_the_pause(breaker: Breaker) -> None:
    for _ in range(10):
        breaker.failed()

    assert breaker.wait() == FIRST


def test_an_answered_probe_closes_it_and_the_next_outage_starts_small(
    breaker: Breaker, clock: ManualClock
) -> None:
    breaker.failed()
    clock.advance(FIRST)
    breaker.admit()
    breaker.failed()
    clock.advance(2 * FIRST)
    breaker.admit()
    breaker.answered()

    assert breaker.state == "closed"
    breaker.failed()
    assert breaker.wait() == FIRST


def test_a_probe_that_showed_nothing_may_be_made_again(
    breaker: Breaker, clock: ManualClock
) -> None:
    breaker.failed()
    clock.advance(FIRST)
    breaker.admit()
    breaker.unheard()

    assert breaker.admit()
