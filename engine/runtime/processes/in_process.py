"""Parts inside one event loop: for tests, small installations and a look around. No processes here."""

import asyncio
import os
from collections.abc import Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar

from engine.errors import OwnershipLost
from engine.runtime.part import Calls, Droppable, Factory, Mortal, Part, PartLost

T = TypeVar("T")

_room: ContextVar["_Room | None"] = ContextVar("_room", default=None)


def _adopt(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[Any]:
    """Task factory: a task made by a part belongs to that part."""
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
    context: Context = options.get("context") or copy_context()
    room = context.get(_room)
    if room is not None:
        room.tasks.add(task)
        task.add_done_callback(room.tasks.discard)
    return task


class _Room:
    """One part and every task that it runs, so that they can end at once and together."""

    def __init__(self, name: str, factory: Factory, spec: bytes, calls: Calls) -> None:
        self.tasks: set[asyncio.Task[Any]] = set()
        self.open = False
        self.gone = asyncio.Event()
        self._context = copy_context()
        self._context.run(_room.set, self)
        self.part: Part = self._context.run(factory, name, spec, calls)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(_adopt)
        return loop.create_task(work, context=self._context.copy())

    async def answer(self, method: str, body: bytes) -> bytes:
        try:
            return await self.part.call(method, body)
        except OwnershipLost as lost:
            self.close()
            raise PartLost(str(lost)) from lost

    async def watch(self) -> None:
        if isinstance(self.part, Mortal):
            await self.part.failed()
            self.close()

    def close(self) -> None:
        """Take no more calls, cancel what runs, free what a process's end would free."""
        if self.gone.is_set():
            return
        self.open = False
        self.gone.set()
        for task in self.tasks - {asyncio.current_task()}:
            task.cancel()
        if isinstance(self.part, Droppable):
            self.part.drop()

    async def clear(self) -> None:
        """Close, and wait until no task of it is left."""
        self.close()
        while others := self.tasks - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.wait(others)


class InProcessRuntime:
    """Runs parts in the caller's event loop; a killed part loses its tasks and nothing else."""

    def __init__(self, factory: Factory, spec: bytes = b"") -> None:
        self._factory = factory
        self._spec = spec
        self._rooms: dict[str, _Room] = {}

    @property
    def calls(self) -> Calls:
        return self

    async def start(self) -> None:
        """Nothing to make ready."""

    async def start_part(self, name: str) -> None:
        await self.kill(name)
        room = self._rooms[name] = _Room(name, self._factory, self._spec, self)
        try:
            await _finish(name, room.spawn(room.part.start()))
        except BaseException:
            await self.kill(name)
            raise
        room.open = True
        room.spawn(room.watch())

    async def call(self, part: str, method: str, body: bytes) -> bytes:
        room = self._rooms.get(part)
        if room is None or not room.open:
            raise PartLost(f"{part} is not running")
        return await _finish(part, room.spawn(room.answer(method, body)))

    async def stop_part(self, name: str) -> None:
        room = self._rooms.get(name)
        if room is not None and not room.gone.is_set():
            try:
                await _finish(name, room.spawn(room.part.stop()))
            finally:
                await room.clear()

    async def kill(self, name: str) -> None:
        room = self._rooms.get(name)
        if room is not None:
            await room.clear()

    async def died(self, name: str) -> None:
        room = self._rooms.get(name)
        if room is not None:
            await room.gone.wait()

    async def lost(self) -> str:
        await asyncio.get_running_loop().create_future()
        return ""

    def pids(self) -> dict[str, int]:
        return {name: os.getpid() for name, room in self._rooms.items() if not room.gone.is_set()}

    async def stop(self) -> None:
        for name in reversed(self._rooms):
            await self.kill(name)


async def _finish(part: str, task: asyncio.Task[T]) -> T:
    """The task's result; the task goes on when only the caller is cancelled."""
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        caller = asyncio.current_task()
        if task.cancelled() and not (caller and caller.cancelling()):
            raise PartLost(f"{part} ended during the call") from None
        raise
