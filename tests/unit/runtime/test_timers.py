"""A wall clock that jumps is seen; one that only runs fast is not."""

import pytest

from engine.runtime.batches.timers import STEP, Wall


class FastClock:
    """Runs ``rate`` times faster than the real seconds that ``passes`` is told of."""

    def __init__(self, rate: float) -> None:
        self.rate, self.real, self.jumped = rate, 1_000_000.0, 0.0

    def now(self) -> int:
        return round((self.real + self.jumped) * self.rate * 1_000)

    def monotonic(self) -> float:
        return self.real * self.rate

    def seconds(self, milliseconds: int) -> float:
        return milliseconds / 1_000 / self.rate


@pytest.mark.parametrize("rate", [1.0, 3_600.0, 20_000.0])
def test_a_jump_is_measured_in_real_seconds_however_fast_the_clock_runs(rate: float) -> None:
    clock = FastClock(rate)
    wall = Wall(clock)
    clock.real += 5.0
    clock.jumped -= 1.5 * STEP

    assert wall.stepped() == pytest.approx(-1.5 * STEP)
    assert wall.stepped() == 0


def test_a_breath_between_two_readings_of_a_fast_clock_is_no_step() -> None:
    clock = FastClock(20_000.0)
    wall = Wall(clock)
    clock.jumped = 0.05

    assert 0 < wall.stepped() < STEP
