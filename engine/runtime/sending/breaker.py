"""A circuit breaker: a route that does not answer is left alone, then tried with one message."""

from typing import Literal

from engine.clock import Clock

FIRST = 1_000
LONGEST = 60_000

State = Literal["closed", "open", "half-open"]


class Breaker:
    """Closed: all pass. Open: none, for a pause that doubles from FIRST to LONGEST. Half-open: one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pause = 0
        self._until = 0.0
        self._probing = False

    @property
    def state(self) -> State:
        if not self._pause:
            return "closed"
        return "half-open" if self._probing else "open"

    def admit(self) -> bool:
        """Whether one more message may be tried; on an open breaker a yes is the probe."""
        if not self._pause:
            return True
        if self._probing or self.wait():
            return False
        self._probing = True
        return True

    def wait(self) -> int:
        """Milliseconds until a probe is due, 0 when none need be waited for."""
        return max(0, round((self._until - self._clock.monotonic()) * 1_000)) if self._pause else 0

    def failed(self) -> None:
        """The route did not answer. Attempts begun before it opened say nothing new."""
        if self._pause and not self._probing:
            return
        self._probing = False
        self._pause = min(self._pause * 2, LONGEST) or FIRST
        self._until = self._clock.monotonic() + self._pause / 1_000

    def answered(self) -> None:
        """The route answered, whatever it thought of the message."""
        self._pause, self._probing = 0, False

    def unheard(self) -> None:
        """The attempt ended without showing anything about the route: a probe may be made again."""
        self._probing = False
