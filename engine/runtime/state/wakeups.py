"""Wake-ups: the near window of the stored wake-ups, in a heap. The store is the truth.

One row a contact. A row before the frontier is in the heap, one behind it is still to be read; so a
wake-up that a commit adds goes into the heap exactly when it lies before the frontier.
"""

import heapq
from collections.abc import Callable

from engine.ports.host_store import WakeUp

WINDOW = 60_000
"""How far ahead (ms) the window reaches when it is read."""
PAGE = 20_000
"""Rows read at once; a window with more is read in pages."""


class WakeUps:
    def __init__(self, read: Callable[[WakeUp, int, int], list[WakeUp]]) -> None:
        self._read = read
        self._heap: list[WakeUp] = []
        self._frontier = WakeUp(0, 0)

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, wake: WakeUp) -> None:
        """After the commit that stored it."""
        if wake <= self._frontier:
            heapq.heappush(self._heap, wake)

    def due(self, now: int, limit: int) -> list[WakeUp]:
        """Take at most ``limit`` wake-ups due at ``now``, in order; some may have moved: ask the contact."""
        self._read_up_to(now)
        taken: list[WakeUp] = []
        while self._heap and self._heap[0].due <= now and len(taken) < limit:
            taken.append(heapq.heappop(self._heap))
        return taken

    def next_due(self, now: int) -> int:
        """The instant to look again: the next wake-up, or the end of the window."""
        self._read_up_to(now)
        return min(self._heap[0].due, self._frontier.due) if self._heap else self._frontier.due

    def overdue(self, now: int) -> int:
        """How many; only these are looked at: in a heap nothing under a wake-up is due before it."""
        found, ahead = 0, [0]
        while ahead:
            place = ahead.pop()
            if place < len(self._heap) and self._heap[place].due < now:
                found += 1
                ahead += (2 * place + 1, 2 * place + 2)
        return found

    def _read_up_to(self, now: int) -> None:
        while self._frontier.due <= now and (not self._heap or self._heap[0].due > now):
            end = now + WINDOW
            rows = self._read(self._frontier, end, PAGE)
            for row in rows:
                heapq.heappush(self._heap, row)
            self._frontier = rows[-1] if len(rows) == PAGE else WakeUp(end - 1, 1 << 62)

    def pending(self) -> tuple[WakeUp, set[WakeUp]]:
        """The frontier, and what the heap holds before it."""
        return self._frontier, set(self._heap)
