"""A Sender over a channel that answers as a test says, and the machine that it lives on."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from engine.clock import ManualClock
from engine.ports.sending import Channel, Rendered
from engine.runtime.sender import Sender
from engine.runtime.sending.spool import Spool
from tests.sender_host import Host, definitions


class Post:
    """A channel in memory: ``answers`` are raised in turn, ``late`` ones after leaving."""

    name: ClassVar[str] = "post"

    def __init__(self, capacity: int = 4) -> None:
        self.capacity = capacity
        self.answers: list[Exception] = []
        self.late: list[Exception] = []
        self.taken: list[Rendered] = []
        self.tries = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, message: Rendered, leaving: Callable[[], None]) -> str:
        self.tries += 1
        await self.gate.wait()
        if self.answers:
            raise self.answers.pop(0)
        leaving()
        if self.late:
            raise self.late.pop(0)
        self.taken.append(message)
        return "taken"

    async def close(self) -> None: ...

    @property
    def keys(self) -> list[str]:
        return [message.key for message in self.taken]


class Life:
    """One machine: its spool file, its clock, and the Sender that lives now."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "sender.spool"
        self.clock = ManualClock()
        self.post = Post()
        self.sender: Sender | None = None
        self.boot = "boot-1"
        spool = Spool(self.path, self.boot)
        spool.trust("host-0")
        spool.close()

    async def begin(self, channel: Channel | None = None) -> Host:
        """A new Sender on the same spool, with the template ``hello`` published."""
        channels: dict[str, Channel] = {"email": channel or self.post}
        self.sender = Sender(channels, Spool(self.path, self.boot), self.clock)
        await self.sender.start()
        await self.sender.publish(1, definitions(hello="Hi", named="Hi {{ contact.name }}"))
        return Host(self.sender)

    async def die(self) -> None:
        """As by kill -9: nothing more is written."""
        assert self.sender
        self.sender.drop()
        await asyncio.sleep(0)
        self.sender = None


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)
