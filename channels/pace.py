"""How fast messages may leave: evenly spread, and not at all while the provider asks to wait."""

import asyncio

from engine.errors import Deferred

LONGEST = 5.0
"""Seconds that a message waits for its turn here; one whose turn is later goes back to its host."""


class Pace:
    """``per_second`` messages. Lives in one event loop."""

    def __init__(self, per_second: float) -> None:
        self._step = 1 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        """Return when the next message may leave. Raises Deferred when that is too far ahead."""
        now = asyncio.get_running_loop().time()
        wait = max(0.0, self._next - now)
        if wait > LONGEST:
            raise Deferred("its turn comes later", retry_after=round(wait * 1_000))
        self._next = now + wait + self._step
        if wait:
            await asyncio.sleep(wait)

    def hold(self, milliseconds: int) -> None:
        """Nobody's turn comes before that."""
        until = asyncio.get_running_loop().time() + milliseconds / 1_000
        self._next = max(self._next, until)
