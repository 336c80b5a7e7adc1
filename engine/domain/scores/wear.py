"""Wear: points that go in equal steps, each event's by themselves, at the instants of a grid.

What an event gave loses its first step at the first instant of the grid after the event, and is gone
at zero. So points are known by where they end, counted in cells: ``end = cell + points / step``; with
points below zero the count is negative. Sums of them do not depend on the order of arrival.
"""

from collections.abc import Sequence
from math import ceil

from engine.domain.scores.grid import cell_of
from engine.domain.scores.score import Decay

End = tuple[float, float]
"""(cell, how many)."""
Ends = list[End]
"""Ascending."""


def added(ends: Ends, points: float, at: int, decay: Decay, now: int) -> Ends:
    """With what an event at ``at`` gave, without what is gone by ``now``."""
    end = cell_of(at, decay.every) + abs(points) / decay.step
    return joined(ends, [(end, 1.0 if points > 0 else -1.0)], cell_of(now, decay.every))


def joined(ends: Ends, others: Ends, cell: int) -> Ends:
    """Both together, without what is gone in this cell."""
    counts: dict[float, float] = {}
    for end, count in (*ends, *others):
        if end > cell:
            counts[end] = counts.get(end, 0.0) + count
    return sorted((end, count) for end, count in counts.items() if count)


def left(ends: Sequence[End], cell: int, step: float) -> float:
    """What they are worth together in a cell."""
    return step * sum(count * (end - cell) for end, count in ends if end > cell)


def last_of(ends: Sequence[End]) -> int:
    """The cell from which on nothing is left."""
    return ceil(ends[-1][0]) if ends else 0
