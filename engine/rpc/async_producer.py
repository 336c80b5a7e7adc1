"""Sending without waiting, from an event loop: a bounded buffer, and a task that empties it in batches."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

from engine.errors import Busy, RequestError
from engine.rpc.async_client import AsyncRelance
from engine.rpc.client import PATIENCE
from engine.rpc.clients import lost, outgoing
from engine.rpc.clients.buffer import MOST, Buffer
from engine.rpc.clients.lost import Pause, Tell


class AsyncProducer:
    """As ``Producer``, for one loop: ``async with AsyncProducer(relance) as producer``."""

    def __init__(
        self, relance: AsyncRelance, most: int = MOST, wait: float = 5.0, tell: Tell = lost.log
    ) -> None:
        self._relance = relance
        self._wait = wait
        self._tell = tell
        self._buffer = Buffer(most)
        self._changed = asyncio.Condition()
        self._closing = asyncio.Event()
        self._task = asyncio.create_task(self._work())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()

    async def send(self, event: Mapping[str, Any]) -> str:
        """The event's message id. Raises BadRequest, Busy when there is no room, RequestError once closed."""
        made = outgoing.event(event)
        async with self._changed:
            try:
                async with asyncio.timeout(self._wait):
                    await self._changed.wait_for(self._has_room)
            except TimeoutError:
                text = f"{len(self._buffer)} events wait here for the engine"
                raise Busy(self._wait, text) from None
            if self._closing.is_set():
                raise RequestError("this producer is closed: make another one")
            self._buffer.add(made)
            self._changed.notify_all()
        return made.message_id

    async def flush(self, patience: float = PATIENCE) -> bool:
        """Whether, within ``patience`` seconds, nothing waited any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience), self._changed:
                await self._changed.wait_for(lambda: not self._buffer)
        return not self._buffer

    async def close(self, patience: float = PATIENCE) -> None:
        """Flush, and stop; what still waits then is told as lost. The AsyncRelance stays open."""
        await self.flush(patience)
        self._closing.set()
        async with self._changed:
            self._changed.notify_all()
        await self._task
        left = RequestError("the producer was closed before the engine took it")
        lost.told(self._tell, lost.all_of(self._buffer.rest(), left))

    def _has_room(self) -> bool:
        return self._closing.is_set() or not self._buffer.full

    async def _work(self) -> None:
        pause = Pause()
        while await self._has_work():
            request = self._buffer.oldest()
            try:
                missed = lost.refused(await self._relance.push_request(request, 0))
            except RequestError as error:
                seconds = pause.after(error)
                if seconds is not None:
                    await self._rest(seconds)
                    continue
                missed = lost.all_of(request.events, error)
            pause.over()
            lost.told(self._tell, missed)
            async with self._changed:
                self._buffer.settled(request)
                self._changed.notify_all()

    async def _has_work(self) -> bool:
        async with self._changed:
            await self._changed.wait_for(lambda: self._closing.is_set() or self._buffer)
        return not self._closing.is_set()

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()
