"""Which hosts there are, and how the Coordinator asks them.

Those of single contacts come and never go: a directory host tells how many slots it has given, and each
is a host. They start late and one after the other, so whoever asks one of them waits for a while.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec

from engine.domain.profile.identity import SLOTS
from engine.errors import Busy, EngineError
from engine.runtime import envelope
from engine.runtime.part import Calls, PartLost
from engine.runtime.processes.growth import Growth
from engine.runtime.slots import SlotTable, part_of

AGAIN = 0.2
"""Seconds before a part that is away is asked again."""
SOON = 0.5
"""Seconds for which figures wait for a host of a single contact."""
TRIES = 50
"""How often a host of a single contact is asked again before its caller is told to come again."""


class Census:
    """``dedicated`` names the parts of single contacts; ``met`` is called for each of them, once."""

    def __init__(self, table: SlotTable, calls: Calls, met: Callable[[int], None]) -> None:
        self._table = table
        self._calls = calls
        self._met = met
        self._unheard = set(range(table.hosts if table.dedicated else 0))
        self._complete = asyncio.Event()
        self._last: dict[str, dict[int, Any]] = {}
        self._growth = Growth()
        self.dedicated: dict[int, str] = {}

    # --- which there are -----------------------------------------------------------------------

    async def follow(self, host: int) -> None:
        """Hear of the slots that a directory host gives."""
        known = -1
        while True:
            try:
                told = await self._calls.call(part_of(host), "given", envelope.encode(known))
            except (PartLost, EngineError):
                await asyncio.sleep(AGAIN)
                continue
            known = msgspec.msgpack.decode(told, type=int)
            for slot in self._table.given(host, known):
                self._meet(slot)
            self._unheard.discard(host)
            if not self._unheard:
                self._complete.set()

    def _meet(self, host: int) -> None:
        if host not in self.dedicated:
            self.dedicated[host] = part_of(host)
            self._growth.reach(len(self.dedicated))
            self._met(host)

    async def wanted(self, known: int) -> list[int]:
        """All hosts of single contacts, once they are not as many as the caller knows."""
        await self._growth.beyond(known)
        return list(self.dedicated)

    @property
    def complete(self) -> bool:
        """Whether every directory host has told what it has given."""
        return not self._unheard

    async def all(self) -> list[int]:
        """Every host. Raises Busy while that is not known."""
        if not self.complete:
            try:
                async with asyncio.timeout(TRIES * AGAIN):
                    await self._complete.wait()
            except TimeoutError:
                raise Busy(1.0, "the engine is starting; ask again") from None
        return [*range(self._table.hosts), *self.dedicated]

    async def reaches(self, contact: int) -> bool:
        """Whether the contact's host is there."""
        host = self._table.host_of_contact(contact)
        return host < SLOTS or host in await self.all()

    # --- asking them ---------------------------------------------------------------------------

    async def ask(self, host: int, method: str, body: bytes = b"") -> Any:
        """Raises Busy when it is away; the host of a single contact, when it stays away."""
        tries = 1 if host < SLOTS else TRIES
        while True:
            tries -= 1
            try:
                return await self.ask_part(part_of(host), method, body)
            except Busy:
                if not tries:
                    raise
            await asyncio.sleep(AGAIN)

    async def ask_part(self, part: str, method: str, body: bytes) -> Any:
        """Raises Busy when it is away."""
        try:
            return msgspec.msgpack.decode(await self._calls.call(part, method, body), strict=False)
        except PartLost as error:
            raise Busy(1.0, f"{part} is being restarted; ask again") from error

    async def ask_all(self, method: str, body: bytes = b"") -> list[Any]:
        hosts = await self.all()
        return list(await asyncio.gather(*(self.ask(host, method, body) for host in hosts)))

    async def figures(self, method: str) -> list[dict[str, Any]]:
        """What each host tells of itself; a host of a single contact that is away, what it told last."""
        hosts = (await self.all())[: self._table.hosts]
        told = await asyncio.gather(*(self.ask(host, method) for host in hosts))
        if not self.dedicated:
            return list(told)
        last = self._last.setdefault(method, {})
        await asyncio.gather(*(self._note(host, method, last) for host in self.dedicated))
        return [*told, *(last[host] for host in sorted(last))]

    async def _note(self, host: int, method: str, last: dict[int, Any]) -> None:
        with contextlib.suppress(PartLost, EngineError, TimeoutError):
            async with asyncio.timeout(SOON):
                told = await self._calls.call(part_of(host), method, b"")
            last[host] = msgspec.msgpack.decode(told, strict=False)


async def wanted_parts(calls: Calls, coordinator: str) -> AsyncIterator[str]:
    """The hosts of single contacts as the Coordinator hears of them, to be started."""
    seen: set[int] = set()
    known = 0
    while True:
        try:
            told = await calls.call(coordinator, "wanted", envelope.encode(known))
        except (PartLost, EngineError):
            await asyncio.sleep(AGAIN)
            continue
        hosts = msgspec.msgpack.decode(told, type=list[int])
        known = len(hosts)
        for host in hosts:
            if host not in seen:
                seen.add(host)
                yield part_of(host)
