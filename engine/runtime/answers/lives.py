"""What the Coordinator gathers of a life: from the host of each contact that it is made of."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import msgspec

from engine.errors import Unknown
from engine.ports.life import LifePart
from engine.runtime import envelope
from engine.runtime.answers.life import Asked, LifePage

if TYPE_CHECKING:
    from engine.runtime.coordinator import Coordinator


class Lives:
    """See LifeDesk."""

    def __init__(self, coordinator: "Coordinator") -> None:
        self._coordinator = coordinator

    async def read(self, key: str) -> AsyncIterator[LifePart]:
        found = await self._coordinator.reports.contact(key, 0)
        if found is None:
            raise Unknown(f"no contact is known by {key!r}; a key is kind:value, or an id")
        books = self._coordinator.control.rulebooks()
        newest = self._coordinator.rulebooks.version
        told = set[int]()
        for contact in (found["id"], *found["merged"]):
            async for page in self._pages(contact):
                needed = {newest, *(row.rulebook for row in page.rows)} - told
                told |= needed
                rulebooks = {version: books[version] for version in needed if version in books}
                yield LifePart(contact, page.rows, page.state, page.now, page.cut, rulebooks)

    async def _pages(self, contact: int) -> AsyncIterator[LifePage]:
        host, asked = self._coordinator.table.host_of_contact(contact), Asked(contact)
        while True:
            answer = await self._coordinator.census.ask(host, "life", envelope.encode(asked))
            page = msgspec.convert(answer, LifePage)
            if not page.known:
                return
            yield page
            if not any(page.last):
                return
            asked = Asked(contact, page.last)
