"""Exports as the Coordinator reads them: host after host, page after page, holding one page."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec

from engine.errors import Busy
from engine.ports.bulk import ExportAsked, Page
from engine.runtime import envelope
from engine.runtime.intake.courier import AGAIN
from engine.runtime.part import Calls, PartLost
from engine.runtime.slots import part_of

PATIENCE = 1_200
"""Tries to reach a host that is being started again, AGAIN seconds apart."""
_decode = msgspec.msgpack.Decoder(Page).decode


class Exporting:
    """An Exports."""

    def __init__(self, hosts: Callable[[], Awaitable[list[int]]], calls: Calls) -> None:
        self._hosts = hosts
        self._calls = calls

    async def read(self, asked: ExportAsked) -> AsyncIterator[list[bytes]]:
        for host in await self._hosts():
            after, more = 0, True
            while more:
                page = await self._page(host, asked, after)
                after, more = page.after, page.more
                if page.rows:
                    yield page.rows

    async def _page(self, host: int, asked: ExportAsked, after: int) -> Page:
        body = envelope.encode((asked, after))
        for _ in range(PATIENCE):
            try:
                return _decode(await self._calls.call(part_of(host), "export", body))
            except (PartLost, Busy):
                await asyncio.sleep(AGAIN)
        raise Busy(5.0, f"{part_of(host)} does not come back; ask again")
