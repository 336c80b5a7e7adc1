"""The loop that turns due wake-ups into messages of the same mailbox. No cron, no sweep.

After a downtime what is overdue drains at a capped rate. When the wall clock jumps by more than five
minutes against the monotonic one, timers stop until an operator has confirmed the new time.
"""

import asyncio
import contextlib
import logging

from engine.clock import Clock
from engine.runtime.batches.letter import TimerLetter
from engine.runtime.batches.mailbox import Mailbox
from engine.runtime.state.memory import Memory

log = logging.getLogger("relance.timers")

STEP = 300.0
"""A wall step (s, of real time) past which timers stop."""
LATE = 60_000
"""Overdue by more (ms) is a backlog: DRAIN wake-ups, then a breath of PAUSE ms."""
DRAIN = 200
PAUSE = 50
AT_ONCE = 500
LOOK = 1.0
"""The wall clock is read at least this often (s, of real time)."""
LEAST = 0.001
"""The shortest rest (s): a clock that runs faster must not turn the loop into a busy one."""


class Wall:
    """Sees the wall clock jump against the monotonic one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall = self._steady = 0.0
        self.forget()

    def forget(self) -> None:
        """The time is right as it is now."""
        self._wall, self._steady = self._clock.now(), self._clock.monotonic()

    def stepped(self) -> float:
        """Seconds by which it jumped since it was looked at last, on a clock of any rate."""
        wall, steady = self._wall, self._steady
        self.forget()
        return self._clock.seconds(round(self._wall - wall - (self._steady - steady) * 1_000))


class Timers:
    def __init__(self, memory: Memory, mailbox: Mailbox, clock: Clock) -> None:
        self._memory = memory
        self._mailbox = mailbox
        self._clock = clock
        self._nudged = asyncio.Event()
        self._wall = Wall(clock)
        self.held = False
        self.lateness = 0

    def nudge(self) -> None:
        """An earlier wake-up may have been stored."""
        self._nudged.set()

    def confirm(self) -> None:
        """The operator says that the wall clock is right."""
        self.held = False
        self._wall.forget()
        self.nudge()

    async def run(self) -> None:
        while True:
            self._watch_the_wall()
            now = self._clock.now()
            due = [] if self.held else self._memory.wakeups.due(now, AT_ONCE)
            if not due:
                await self._rest(now)
                continue
            self.lateness = now - due[0].due
            backlog = self.lateness > LATE
            for start in range(0, len(due), DRAIN):
                await self._mailbox.insist(
                    [TimerLetter(wake) for wake in due[start : start + DRAIN]]
                )
                if backlog:
                    await asyncio.sleep(self._clock.seconds(PAUSE))

    async def _rest(self, now: int) -> None:
        ahead = self._clock.seconds(self._memory.wakeups.next_due(now) - now)
        self._nudged.clear()
        pause = LOOK if self.held else min(LOOK, max(LEAST, ahead))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._nudged.wait()

    def _watch_the_wall(self) -> None:
        stepped = self._wall.stepped()
        if abs(stepped) > STEP and not self.held:
            self.held = True
            log.error(
                "the wall clock stepped by %d s: timers stop; confirm the time with"
                " `relance confirm-clock`, or set the clock right and restart",
                stepped,
            )
