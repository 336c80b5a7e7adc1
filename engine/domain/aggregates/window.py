"""Windows: which event times count at an instant. Half-open: ``e`` counts while e + near <= t < e + far."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from engine.domain.duration import milliseconds
from engine.domain.language.declared import DeclaredAggregate


class Window(NamedTuple):
    """Milliseconds back from now; without ``near`` an event counts from when it is consumed."""

    far: int
    near: int | None = None

    def bounds(self, times: Sequence[int], now: int) -> tuple[int, int]:
        """The ascending ``times`` that count are those from the first index to before the second."""
        far = bisect_right(times, now - self.far)
        return far, len(times) if self.near is None else bisect_right(times, now - self.near)

    def changes(self, times: Sequence[int], now: int, most: int) -> list[int]:
        """The next instants at which a time enters or leaves, ascending."""
        first, end = self.bounds(times, now)
        far, near = self.far, self.near
        leaves = [at + far for at in times[first : first + most]]
        if near is None:
            return leaves
        return sorted({*leaves, *[at + near for at in times[end : end + most]]})[:most]


def window_of(declared: DeclaredAggregate) -> Window | None:
    """None for all time."""
    if declared.within is not None:
        return Window(milliseconds(declared.within))
    if declared.between is not None:
        far, near = map(milliseconds, declared.between)
        return Window(far, near)
    return None
