"""The one file that reads the wall clock. Everything else is given a Clock."""

import time
from typing import Protocol


class Clock(Protocol):
    def now(self) -> int:
        """Wall time, ms since 1970 UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only go forward, for waiting and for seeing the wall clock step."""
        ...

    def seconds(self, milliseconds: int) -> float:
        """How long to really sleep so that this many ms pass on this clock."""
        ...


class SystemClock:
    """Real time; ``rate`` > 1 lets it run faster from the moment of construction (demo, tests).

    Processes that share ``rate`` and ``origin`` (ms, real time) agree on what time it is.
    """

    def __init__(self, rate: float = 1.0, origin: int = 0) -> None:
        self.rate = rate
        self.origin = origin

    def now(self) -> int:
        real = time.time_ns() // 1_000_000
        if self.rate == 1.0:
            return real
        return self.origin + int((real - self.origin) * self.rate)

    def monotonic(self) -> float:
        return time.monotonic() * self.rate

    def seconds(self, milliseconds: int) -> float:
        return milliseconds / 1_000 / self.rate


class ManualClock:
    """Stands still until told; for tests and replay."""

    def __init__(self, at: int = 1_700_000_000_000) -> None:
        self.at = at

    def now(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return self.at / 1_000

    def seconds(self, milliseconds: int) -> float:  # noqa: ARG002
        return 0.001

    def advance(self, milliseconds: int) -> None:
        self.at += milliseconds
