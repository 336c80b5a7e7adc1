"""How fast counters move: the engine counts, the console looks twice and divides."""

from collections import deque
from collections.abc import Mapping

KEPT = 600
"""Samples kept a counter."""
WINDOW = 5_000
"""A rate is that of the last ms so long, or of the last two looks when they lie further apart."""
MINUTE = 60_000


class Pace:
    """Samples of counters by the engine's clock. What happened before the first look is not known."""

    def __init__(self) -> None:
        self._looks: deque[tuple[int, Mapping[str, float]]] = deque(maxlen=KEPT)
        self._rates: dict[str, deque[float]] = {}

    def __len__(self) -> int:
        return len(self._looks)

    def look(self, at: int, counters: Mapping[str, float]) -> None:
        """An engine that lost its store or whose clock went back is looked at anew."""
        if self._looks:
            last, before = self._looks[-1]
            if at == last:
                return
            if at < last or any(counters.get(name, 0) < value for name, value in before.items()):
                self._looks.clear()
        self._looks.append((at, dict(counters)))
        for name in counters:
            rate = self.rate(name)
            if rate is not None:
                self._rates.setdefault(name, deque(maxlen=KEPT)).append(rate)

    def rate(self, name: str, window: int = WINDOW) -> float | None:
        """A second; None before the second look."""
        if len(self._looks) < 2:  # noqa: PLR2004
            return None
        at, newest = self._looks[-1]
        then, before = self._before(at - window)
        return 1_000 * (newest.get(name, 0) - before.get(name, 0)) / (at - then)

    def gained(self, name: str, window: int = MINUTE) -> float:
        """How much within the window, as far as it was looked at."""
        if not self._looks:
            return 0
        at, newest = self._looks[-1]
        _, before = self._before(at - window, least=1)
        return newest.get(name, 0) - before.get(name, newest.get(name, 0))

    def series(self, name: str) -> list[float]:
        """The rates as they were at each look."""
        return list(self._rates.get(name, ()))

    def _before(self, since: int, least: int = 2) -> tuple[int, Mapping[str, float]]:
        """The oldest look not before ``since``, but at least so many looks back."""
        chosen = self._looks[-min(least, len(self._looks))]
        for look in reversed(self._looks):
            if look[0] < since:
                break
            chosen = look if look[0] < chosen[0] else chosen
        return chosen
