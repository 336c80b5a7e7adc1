"""The pace of work beside live traffic: short slices, and rest after each."""

from engine.clock import Clock
from engine.runtime.batches.batch import Batch

SLICE = 0.005
"""Seconds that one slice may hold up a host, its part of the commit included."""
COMMIT = 2.0
"""What a slice takes altogether, as a multiple of what its letters take (measured: half is the commit)."""
REST = 4.0
"""Rest after a slice, as a multiple of what it took: at most a fifth of the time is spent on it."""
FIRST = 20
MOST = 500
"""Letters in a slice."""


class Pace:
    """``size`` is how many letters the next slice may have."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = 0.0
        self.size = FIRST
        self.rest = 0.0
        """Real seconds to rest after the slice."""

    def begin(self) -> None:
        """The first letter of a slice is about to be taken."""
        self._began = self._clock.monotonic()

    def end(self) -> None:
        """The last one has been; what is left of it is its part of the commit."""
        spent = (self._clock.monotonic() - self._began) * self._clock.seconds(1_000) * COMMIT
        fitting = round(self.size * SLICE / spent) if spent else MOST
        self.size = max(1, min(fitting, 2 * self.size, MOST))
        self.rest = spent * REST


class Begin:
    """The letter before the first of a slice."""

    keys: tuple[str, ...] = ()
    contacts: tuple[int, ...] = ()

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def take(self, batch: Batch) -> bool:  # noqa: ARG002 - the shape of a letter
        self._pace.begin()
        return True

    def body(self) -> bytes:
        return b""

    def quarantined(self) -> bool:
        return True
