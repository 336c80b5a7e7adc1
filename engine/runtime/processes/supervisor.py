"""Keeps the parts of one engine running: starts, watches, restarts, drains. Knows no part's work."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any, ClassVar, Literal, NamedTuple

from engine.clock import Clock, SystemClock
from engine.errors import ConfigError, EngineError, StateTooNew, StoreFull, StoreLost
from engine.runtime.part import PartLost, Runtime

FIRST_PAUSE = 100
LONGEST_PAUSE = 5_000
STEADY = 30.0
PATIENCE = 6
DRAIN = 20.0
AT_ONCE = 2
"""Parts that are started at once: a process takes a core for a second."""


class RuntimeLost(EngineError):  # noqa: N818  # as in engine.errors
    """What runs the parts is itself gone; this process must end and be started anew."""

    code: ClassVar[str] = "E-RUNTIME-LOST"


class Happening(NamedTuple):
    """What befell a part, for logs and status. ``why`` is empty where there is nothing to say."""

    part: str
    what: Literal["started", "died", "refused", "stopped"]
    why: str = ""


class _Watched:
    """``since``: when it last started (monotonic seconds). ``failures`` count until it is steady."""

    def __init__(self) -> None:
        self.up = False
        self.since = 0.0
        self.starts = 0
        self.failures = 0


class Supervisor:
    """One runtime, its parts in the order of their start.

    ``wanted`` names further parts while it runs; their start is not waited for.
    """

    def __init__(
        self,
        runtime: Runtime,
        parts: Sequence[str],
        tell: Callable[[Happening], None] | None = None,
        clock: Clock | None = None,
        wanted: AsyncIterator[str] | None = None,
    ) -> None:
        self._runtime = runtime
        self._parts = {part: _Watched() for part in parts}
        self._tell = tell or (lambda _: None)
        self._clock = clock or SystemClock()
        self._wanted = wanted
        self._late: list[str] = []
        self._starting = asyncio.Semaphore(AT_ONCE)
        self._watching: list[asyncio.Task[None]] = []
        self._ended: asyncio.Future[asyncio.Task[None]]
        self._stopping = False

    async def start(self) -> None:
        """Start every part in order; raises the error of one that cannot, with nothing left running."""
        try:
            await self._runtime.start()
            for part in self._parts:
                await self._bring_up(part)
        except BaseException:
            await self.stop()
            raise

    async def run(self) -> None:
        """Watch until ``stop``. Raises RuntimeLost, or the error of a part that is given up."""
        if self._stopping:
            return
        self._ended = asyncio.get_running_loop().create_future()
        for part in self._parts:
            self._look_after(self._watch(part))
        self._look_after(self._watch_runtime())
        if self._wanted is not None:
            self._look_after(self._grow(self._wanted))
        try:
            ended = await self._ended
        finally:
            await self._stop_watching()
        if not self._stopping:
            ended.result()

    async def stop(self) -> None:
        """Drain every part, the last started first, and end the runtime.

        The last part is whose work made others wanted: they follow it, all together.
        """
        self._stopping = True
        await self._stop_watching()
        *first, last = [part for part in self._parts if part not in self._late]
        for together in ([last], self._late, *([part] for part in reversed(first))):
            up = [part for part in together if self._parts[part].up]
            await asyncio.gather(*(self._drain(part) for part in up))
        await self._runtime.stop()

    def status(self) -> dict[str, dict[str, Any]]:
        pids = self._runtime.pids()
        return {
            part: {
                "up": watched.up,
                "pid": pids.get(part, 0),
                "restarts": max(watched.starts - 1, 0),
            }
            for part, watched in self._parts.items()
        }

    def _look_after(self, work: Coroutine[Any, Any, None]) -> None:
        """Watching has an end with the first of these that ends."""
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(self._end)
        self._watching.append(task)

    def _end(self, ended: asyncio.Task[None]) -> None:
        if not self._ended.done():
            self._ended.set_result(ended)

    async def _grow(self, wanted: AsyncIterator[str]) -> None:
        async for part in wanted:
            self._parts[part] = _Watched()
            self._late.append(part)
            self._look_after(self._begin(part))

    async def _begin(self, part: str) -> None:
        await self._bring_up(part)
        await self._watch(part)

    async def _watch(self, part: str) -> None:
        watched = self._parts[part]
        while True:
            await self._runtime.died(part)
            watched.up = False
            self._tell(Happening(part, "died"))
            if self._clock.monotonic() - watched.since >= STEADY:
                watched.failures = 0
            await self._pause(watched)
            await self._bring_up(part)

    async def _watch_runtime(self) -> None:
        why = await self._runtime.lost()
        for part in self._parts:
            await self._runtime.kill(part)
        raise RuntimeLost(f"{why}; start the engine again")

    async def _bring_up(self, part: str) -> None:
        watched = self._parts[part]
        attempts = 0
        while not watched.up:
            try:
                async with self._starting:
                    await self._runtime.start_part(part)
            except Exception as error:
                attempts += 1
                self._tell(Happening(part, "refused", _text(error)))
                if _hopeless(error, attempts):
                    raise
                await self._pause(watched)
            else:
                watched.up = True
                watched.starts += 1
                watched.since = self._clock.monotonic()
                self._tell(Happening(part, "started"))

    async def _pause(self, watched: _Watched) -> None:
        """Longer with each failure in a row."""
        pause = min(FIRST_PAUSE * 2 ** min(watched.failures, 16), LONGEST_PAUSE)
        watched.failures += 1
        await asyncio.sleep(self._clock.seconds(pause))

    async def _drain(self, part: str) -> None:
        self._parts[part].up = False
        why = ""
        try:
            async with asyncio.timeout(DRAIN):
                await self._runtime.stop_part(part)
        except TimeoutError:
            why = f"did not drain within {DRAIN:g} s and was killed"
        except Exception as error:  # noqa: BLE001  # told; the other parts must still be drained
            why = _text(error)
        await self._runtime.kill(part)
        self._tell(Happening(part, "stopped", why))

    async def _stop_watching(self) -> None:
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)


def _text(error: Exception) -> str:
    """For an operator; a bug is shown with its class and notes."""
    if isinstance(error, EngineError | PartLost):
        return str(error)
    return "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])])


def _hopeless(error: Exception, attempts: int) -> bool:
    """Whether trying again cannot help, or has not helped for long enough.

    A lost process, a full disk and a database that is away mend themselves or are mended: they are
    tried for ever.
    """
    if isinstance(error, ConfigError | StateTooNew):
        return True
    return attempts >= PATIENCE and not isinstance(error, PartLost | StoreFull | StoreLost)
