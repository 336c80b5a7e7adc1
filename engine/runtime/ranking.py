"""One score's standing among the contacts of a host: who is highest, how many stand at each height.

Contacts are ranked by their *mark*, log2(value) + instant / half-life. Decay lowers every value by
the same factor and leaves the marks as they are, so that nobody moves unless something happens to
them: the ranking costs an event one look, and nothing while time passes.
"""

import heapq
import math
from collections import Counter
from typing import Any

SHOWN = 100
"""Contacts that a ranking tells of."""
KEPT = 2 * SHOWN
"""Contacts remembered before the lowest of them are let go."""

Standing = tuple[float, int] | None
"""A contact's score as its state holds it: (value, instant); None without one."""


def mark_of(value: float, at: int, half_life: int) -> float:
    return math.log2(value) + (at / half_life if half_life else 0.0)


def value_at(mark: float, now: int, half_life: int) -> float:
    return float(2.0 ** (mark - (now / half_life if half_life else 0.0)))


class Ranking:
    """``marks`` counts contacts by whole marks, ``low`` those whose value is not above zero."""

    def __init__(self, half_life: int) -> None:
        self.half_life = half_life
        self.marks: Counter[int] = Counter()
        self.low = 0
        self._top: dict[int, tuple[float, str]] = {}
        self._floor = -math.inf

    def move(self, contact: int, label: str, before: Standing, after: Standing) -> None:
        """``before``: the standing counted so far, None for a contact that was not counted."""
        if before is not None:
            self._count(before, -1)
        if after is not None:
            self._count(after, 1)
        if after is None or after[0] <= 0:
            self._top.pop(contact, None)
            return
        mark = mark_of(*after, self.half_life)
        if mark > self._floor:
            self._top[contact] = mark, label
            if len(self._top) > KEPT:
                self._let_go()
        else:
            self._top.pop(contact, None)

    def _count(self, standing: tuple[float, int], by: int) -> None:
        if standing[0] > 0:
            whole = math.floor(mark_of(*standing, self.half_life))
            self.marks[whole] += by
            if not self.marks[whole]:
                del self.marks[whole]
        else:
            self.low += by

    def _let_go(self) -> None:
        """Of everyone above the floor nobody is missing: what is told of the top stays exact."""
        kept = dict(self._best())
        self._floor = max(mark for contact, (mark, _) in self._top.items() if contact not in kept)
        self._top = kept

    def told(self) -> dict[str, Any]:
        return {
            "half_life": self.half_life,
            "marks": list(self.marks.items()),
            "low": self.low,
            "top": [[mark, contact, label] for contact, (mark, label) in self._best()],
        }

    def _best(self) -> list[tuple[int, tuple[float, str]]]:
        return heapq.nlargest(SHOWN, self._top.items(), key=lambda entry: entry[1][0])
