"""A number that grows, and those who wait until it has grown."""

import asyncio

PATIENCE = 5.0
"""Seconds after which a caller hears that nothing has changed."""


class Growth:
    def __init__(self) -> None:
        self.number = 0
        self._grown = asyncio.Event()

    def reach(self, number: int) -> None:
        if number != self.number:
            self.number = number
            self._grown.set()
            self._grown = asyncio.Event()

    async def beyond(self, known: int) -> int:
        """The number, once it is another than the one known, or after PATIENCE."""
        if self.number == known:
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._grown.wait()
            except TimeoutError:
                pass
        return self.number
