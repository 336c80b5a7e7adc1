"""A console at an engine with known figures, over a real gRPC door, driven by keys."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from engine.rpc.server import Doors
from tests.snapshot.shop import Shop
from tui.app import RelanceConsole
from tui.feed import Feed

PATIENCE = 20.0
SIZE = (80, 24)


class Desk:
    def __init__(self, shop: Shop, app: RelanceConsole, pilot: Pilot[None]) -> None:
        self.shop = shop
        self.app = app
        self._pilot = pilot

    async def press(self, *keys: str) -> None:
        await self._pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self._pilot.press(*text, "enter")

    async def resize(self, width: int, height: int) -> None:
        await self._pilot.resize_terminal(width, height)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait for something that the console will show or do; fails with the screen as it is."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    await self._pilot.pause(0.02)
        except TimeoutError:
            raise AssertionError(f"it never came:\n{self.text()}") from None
        await self._pilot.pause()

    async def until_shown(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.text() for text in texts))

    async def at(self, place: str) -> None:
        """Go there and wait until both moments of its figures were seen."""
        keys = {
            "pulse": "1",
            "segments": "2",
            "scores": "3",
            "messages": "4",
            "scenarios": "5",
            "handoffs": "7",
        }
        await self.press(keys[place])
        scene = self.app.scene
        topics = {"status", *self.app.view.topics} & scene.paces.keys()
        await self.until(lambda: all(len(scene.paces[topic]) == 2 for topic in topics))
        await self.until(lambda: all(topic in scene.feed.reports for topic in self.app.view.topics))

    def text(self) -> str:
        """The screen, line by line, as a reader sees it."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(s.text for s in strip).rstrip() for strip in strips) + "\n"


@asynccontextmanager
async def desk(
    folder: Path, language: str = "en", size: tuple[int, int] = SIZE, *, read_only: bool = False
) -> AsyncIterator[Desk]:
    """The clock by which the console tells how old its figures are stands still."""
    shop = Shop()
    doors = Doors(shop, "127.0.0.1:0", "127.0.0.1:0", folder)
    await doors.start()
    feed = Feed(f"unix:{folder}/control.sock", "", lambda: 0.0)
    feed.interval = 250
    app = RelanceConsole(feed, language, read_only=read_only)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Desk(shop, app, pilot)
    finally:
        await doors.stop(1)
