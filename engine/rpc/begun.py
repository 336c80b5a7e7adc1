"""Work that, once begun, goes on to its end although whoever asked has gone."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Begun:
    """A commit that was issued is not undone by a caller who hangs up; ``settle`` waits for all."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_tell)
            raise

    async def settle(self, within: float) -> None:
        """Wait at most ``within`` seconds."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)


def _tell(task: asyncio.Task[Any]) -> None:
    """Nobody is left to hear how it ended."""
    if not task.cancelled() and (error := task.exception()):
        _log.warning("a call whose caller had gone failed: %s", error)
