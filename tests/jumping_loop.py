"""An event loop whose time jumps to the next timer as soon as nothing else is left to do.

Sleeping costs nothing, and the same work runs in the same order every time. Nothing in it may wait
for a socket, a process or a thread.
"""

import asyncio
import selectors
from typing import Any


class Idle(selectors.SelectSelector):
    """Where a loop would sleep, time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise AssertionError("everything waits for something that nobody will do")
        self.passed += max(0.0, timeout)
        return []


class JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._idle = Idle()
        super().__init__(self._idle)

    def time(self) -> float:
        return self._idle.passed


class LoopClock:
    """The loop's time as wall time (ms); ``advance`` lets hours pass in which nobody does anything."""

    def __init__(self, loop: asyncio.AbstractEventLoop, at: int = 1_700_000_000_000) -> None:
        self._loop = loop
        self.at = at
        self._skipped = 0

    def _passed(self) -> float:
        return self._loop.time() * 1_000 + self._skipped

    def now(self) -> int:
        return self.at + int(self._passed())

    def monotonic(self) -> float:
        return self._passed() / 1_000

    def seconds(self, milliseconds: int) -> float:
        return milliseconds / 1_000

    def advance(self, milliseconds: int) -> None:
        self._skipped += milliseconds
