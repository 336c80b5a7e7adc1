"""Lets go of log rows whose class is kept no longer, in slices between batches, and of old hashes.

A cut is found by halving: ids grow with time. A slice that took long is followed by four times as long a
rest, so that retention takes a fifth of a host's time at most.
"""

import asyncio
import time
from typing import Any

from engine.clock import Clock
from engine.domain.duration import DAY
from engine.domain.language.retention import Retention
from engine.ports.host_store import Erasure, LogRow, Write
from engine.runtime.rights.erasure_letter import rows_left
from engine.runtime.state.memory import Memory

CLASSES = ("person", "deeds", "navigation", "time")
"""The settings of the log's classes, in the order of their numbers."""
SLICE = 1_000
REST = 4
"""Times as long as a slice took."""
LOOK = 60_000
"""Ms between looks."""
REMEMBERED = 30 * DAY
"""Ms for which the keys of an erased person are known by their hashes."""


class Expiry:
    def __init__(self, memory: Memory, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock
        self._deleted = dict.fromkeys(CLASSES, 0)
        self._looked = 0

    async def run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(self._clock.seconds(LOOK))

    async def look(self) -> None:
        """Delete all that is too old now."""
        now, rules = self._memory.instant(), self._memory.rulebook.retention
        for klass, name in enumerate(CLASSES):
            if period := getattr(rules, name):
                await self._cut(klass, name, now - period)
        self._forget_hashes(now - REMEMBERED)
        self._looked = now

    def told(self, rules: Retention) -> dict[str, Any]:
        """Since this host started."""
        kept = {name: getattr(rules, name) for name in CLASSES}
        return {"kept": kept, "deleted": self._deleted, "looked": self._looked}

    async def _cut(self, klass: int, name: str, before: int) -> None:
        below = self._first_since(before)
        gone = SLICE
        while gone == SLICE:
            begun = time.perf_counter()
            gone = self._memory.store.forget_log(klass, below, SLICE, self._leaving)
            self._deleted[name] += gone
            await asyncio.sleep(REST * (time.perf_counter() - begun))

    def _leaving(self, rows: list[LogRow]) -> dict[str, int]:
        """The counters once these rows are gone."""
        counters = self._memory.counters.copy()
        rows_left(counters, rows)
        self._memory.counters = counters
        return counters

    def _first_since(self, instant: int) -> int:
        """The least id whose row, or the next one that is there, is not older."""
        low, high = 1, self._memory.next_log
        while low < high:
            middle = (low + high) // 2
            found = self._memory.store.log(middle - 1, 1)
            if found and found[0].now < instant:
                low = found[0].id + 1
            else:
                high = middle
        return low

    def _forget_hashes(self, before: int) -> None:
        old = [key for key, row in self._memory.erased.items() if row.at < before]
        if old:
            gone = Erasure(erased_gone=old)
            self._memory.store.commit(Write(now=self._memory.now, erasure=gone))
            self._memory.erase(gone)
