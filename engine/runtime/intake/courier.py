"""A courier carries events to one host in parcels, each sent again until it is answered.

A parcel holds what has gathered, at most 500 items or 96 KiB. Two are under way at once, so that the
host never waits for the road; each names the one before it, and the host takes them in that order.
"""

import asyncio
from collections import deque
from typing import Protocol

import msgspec

from engine.domain.event import Event
from engine.errors import Busy, StoreError
from engine.ports.engine import Verdict
from engine.runtime import envelope
from engine.runtime.envelope import Item, Parcel, Word
from engine.runtime.part import Calls, PartLost
from engine.runtime.slots import part_of

MOST = 500
MOST_BYTES = 96 * 1024
"""Ray inlines arguments below 100 KiB; larger ones take a detour through shared memory."""
LANES = 2
LIFE_BITS = 32
"""Of a parcel's number: those below count the parcels of one life of the Coordinator."""
NAME = "coordinator"
AGAIN = 0.05
SLOWEST = 1.0


class Push:
    """One caller's items: their verdicts, and a future for when the last one is there."""

    __slots__ = ("done", "failed", "left", "verdicts")

    def __init__(self, size: int) -> None:
        self.failed = False
        self.verdicts: list[Verdict | None] = [None] * size
        self.left = size
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def answer(self, index: int, verdict: Verdict) -> None:
        self.verdicts[index] = verdict
        self.left -= 1
        if self.left == 0 and not self.done.done():
            self.done.set_result(None)

    def fail(self, error: Exception) -> None:
        self.failed = True
        if not self.done.done():
            self.done.set_exception(error)


class Pending(msgspec.Struct, eq=False):
    """An item on its way, the ``number``-th. ``key`` is the key it waits under; ``leads`` when others
    wait behind it. ``disputed``: where it goes says nothing about others of its key."""

    push: Push
    index: int
    event: Event
    item: Item
    key: str
    number: int = 0
    leads: bool = False
    tries: int = 0
    disputed: bool = False


class Dispatcher(Protocol):
    """Whom a courier works for."""

    def heard(self, pending: Pending, word: Word) -> None: ...

    def holds(self, pending: Pending) -> bool:
        """Take it back: an earlier item of its key has been sent on since it was handed over."""
        ...


class Courier:
    """``life`` is the control epoch: parcels of different lives never share a number."""

    def __init__(self, host: int, calls: Calls, life: int, dispatcher: Dispatcher) -> None:
        self._part = part_of(host)
        self._calls = calls
        self._dispatcher = dispatcher
        self._waiting: deque[Pending] = deque()
        self._arrived = asyncio.Event()
        self._number = life << LIFE_BITS
        self._before: asyncio.Event | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, pending: Pending) -> None:
        self._waiting.append(pending)
        self._arrived.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as lanes:
            for _ in range(LANES):
                lanes.create_task(self._lane())

    async def _lane(self) -> None:
        while True:
            while not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            load = self._load()
            if not load:
                continue
            before, done = self._before, asyncio.Event()
            unheard = before is not None and not before.is_set()
            after = self._number if unheard else 0
            self._number += 1
            self._before = done
            items = [pending.item for pending in load]
            await self._carry(load, Parcel(NAME, self._number, after, items), before)
            done.set()

    async def _carry(
        self, load: list[Pending], parcel: Parcel, before: asyncio.Event | None
    ) -> None:
        """Deliver, and hear the words only after those of the parcel before it."""
        try:
            words = await self._deliver(parcel, before)
        except StoreError as error:
            refused = Busy(5.0, str(error))
            for pending in load:
                pending.push.fail(refused)
            words = [Word(envelope.REJECTED, 0, "busy", str(error))] * len(load)
        if before is not None:
            await before.wait()
        for pending, word in zip(load, words, strict=True):
            self._dispatcher.heard(pending, word)

    def _load(self) -> list[Pending]:
        load: list[Pending] = []
        size = 0
        while self._waiting and len(load) < MOST:
            pending = self._waiting.popleft()
            if self._dispatcher.holds(pending):
                continue
            size += len(pending.item.body) + 8
            if load and size > MOST_BYTES:
                self._waiting.appendleft(pending)
                break
            load.append(pending)
        return load

    async def _deliver(self, parcel: Parcel, before: asyncio.Event | None) -> list[Word]:
        """Raises StoreError when the host could not keep it; anything else is tried again.

        A parcel before it that was refused meanwhile never comes: a host that is new must not wait.
        """
        pause = AGAIN
        while True:
            try:
                body = envelope.encode(parcel)
                return envelope.words.decode(await self._calls.call(self._part, "deliver", body))
            except (PartLost, Busy):
                await asyncio.sleep(pause)
                pause = min(SLOWEST, pause * 2)
            if before is None or before.is_set():
                parcel.after = 0
