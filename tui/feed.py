"""The feed: one subscription for what is on the screen, the latest report of each topic, nothing queued.

It reconnects by itself and says in ``state`` and ``trouble`` how that goes. Acts go through ``gate``.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from engine.errors import EngineError, NotAllowed, RequestError

if TYPE_CHECKING:
    from engine.rpc.live import LiveRelance, Seen

State = Literal["connecting", "live", "paused", "stale", "offline"]
FIRST_PAUSE, LONGEST_PAUSE = 0.3, 5.0
"""Seconds before the engine is called again."""
SILENCE = 3
"""Intervals without a report after which the figures are called stale."""
LOST = 5.0
"""Seconds of silence beyond the interval after which the line is taken for dead."""
STATUS = "status"


class Wish(NamedTuple):
    """What a screen wants to see, beside the status that every screen shows."""

    topics: tuple[str, ...] = ()
    contact: str = ""


class Report(NamedTuple):
    """``at`` by the engine's clock (ms), ``received`` by ours (s, monotonic)."""

    at: int
    received: float
    data: Any
    trouble: str


class Feed:
    """``changed`` is set whenever there is something new; whoever draws clears it."""

    def __init__(
        self, address: str, key: str, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self.address = address
        self.interval = 1_000
        self.reports: dict[str, Report] = {}
        self.changed = asyncio.Event()
        self.trouble = ""
        self.caller = ""
        self.paused = False
        self.snapshots = 0
        self.bytes = 0
        self._key = key
        self._steady = steady
        self._wish = Wish()
        self._started = False
        self._task: asyncio.Task[None] | None = None
        self._line: LiveRelance | None = None

    # --- what to see ---------------------------------------------------------------------------

    def want(self, wish: Wish) -> None:
        """Watch this instead. What was seen of other topics stays, with its age."""
        if wish.contact != self._wish.contact:
            self.reports.pop("contact", None)
        self._wish = wish
        self.restart()

    def start(self) -> None:
        """Nothing is asked of the engine before."""
        self._started = True
        self.restart()

    def restart(self) -> None:
        """Begin a round at once."""
        if not self._started:
            return
        if self._task is not None:
            self._task.cancel()
        self._task = None if self.paused else asyncio.create_task(self._run())
        self.changed.set()

    def pause(self, paused: bool) -> None:
        """Paused, nothing is asked of the engine at all."""
        self.paused = paused
        self.restart()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self._hang_up()

    @property
    def age(self) -> float | None:
        """Seconds since the newest status came; None before the first."""
        status = self.reports.get(STATUS)
        return self._steady() - status.received if status else None

    @property
    def state(self) -> State:
        if self.paused:
            return "paused"
        if self.trouble:
            return "offline"
        age = self.age
        if age is None:
            return "connecting"
        return "stale" if age > SILENCE * self.interval / 1_000 else "live"

    # --- acts ----------------------------------------------------------------------------------

    async def pause_subject(self, kind: str, name: str, paused: bool) -> None:
        """Pause a scenario or a channel, or let it go on. Raises EngineError."""
        await self._connected().pause(kind, name, paused)
        self.restart()

    # --- the line ------------------------------------------------------------------------------

    async def _run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async for seen in self._listen():
                    self._keep(seen)
                    pause = FIRST_PAUSE
            except EngineError as error:
                self.trouble = str(error)
                self.changed.set()
                if isinstance(error, NotAllowed):
                    pause = LONGEST_PAUSE
            await self._hang_up()
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _listen(self) -> AsyncIterator["Seen"]:
        topics = tuple(dict.fromkeys((STATUS, *self._wish.topics)))
        timeline = 100 if self._wish.contact else 0
        stream = self._connected().watch(topics, self.interval, self._wish.contact, timeline)
        async with aclosing(stream):
            while True:
                try:
                    async with asyncio.timeout(self.interval / 1_000 + LOST):
                        seen = await anext(stream)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    text = f"{self.address} went silent"
                    raise RequestError(text) from None
                yield seen

    def _keep(self, seen: "Seen") -> None:
        self.trouble = ""
        self.caller = seen.caller
        self.snapshots += 1
        self.bytes += seen.size
        before = self.reports.get(seen.topic)
        data = before.data if seen.trouble and before else seen.report
        self.reports[seen.topic] = Report(seen.at, self._steady(), data, seen.trouble)
        self.changed.set()

    def _connected(self) -> "LiveRelance":
        """gRPC takes a tenth of a second to import: the first picture does not wait for it."""
        if self._line is None:
            from engine.rpc.live import LiveRelance  # noqa: PLC0415

            self._line = LiveRelance(self.address, self._key)
        return self._line

    async def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            await line.close()
