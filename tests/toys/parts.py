"""Small parts for tests of the runtimes; importable by a Ray worker."""

import asyncio
import os
from pathlib import Path

from engine.errors import Busy, DefinitionError, OwnershipLost, StoreLocked
from engine.runtime.part import Calls


class Toy:
    """Echoes, counts, fails on demand, and calls other parts. ``spec``: a folder it marks its life in."""

    def __init__(self, name: str, spec: bytes, calls: Calls) -> None:
        self.name = name
        self.folder = Path(spec.decode())
        self.calls = calls
        self.count = 0
        self.waits = 0
        self.waits_over = 0
        self.gate = asyncio.Event()
        self.broken = asyncio.Event()

    async def failed(self) -> None:
        await self.broken.wait()

    async def start(self) -> None:
        if (self.folder / f"{self.name}.locked").exists():
            raise StoreLocked
        self.note("started")

    async def stop(self) -> None:
        await asyncio.sleep(0)
        self.note("stopped")

    def note(self, what: str) -> None:
        with (self.folder / "notes").open("a") as notes:
            notes.write(f"{self.name} {what}\n")

    async def call(self, method: str, body: bytes) -> bytes:
        answer: bytes = await getattr(self, method)(body)
        return answer

    async def echo(self, body: bytes) -> bytes:
        return body

    async def add(self, body: bytes) -> bytes:
        self.count += len(body)
        return str(self.count).encode()

    async def relay(self, body: bytes) -> bytes:
        """``part method rest``: call another part."""
        part, method, rest = body.split(b" ", 2)
        return await self.calls.call(part.decode(), method.decode(), rest)

    async def wait(self, body: bytes) -> bytes:
        self.waits += 1
        await self.gate.wait()
        self.waits_over += 1
        return body

    async def waiting(self, body: bytes) -> bytes:
        return str(self.waits).encode()

    async def waited(self, body: bytes) -> bytes:
        return str(self.waits_over).encode()

    async def open(self, body: bytes) -> bytes:
        self.gate.set()
        return body

    async def busy(self, body: bytes) -> bytes:
        raise Busy(retry_after=2.5, text=body.decode())

    async def refuse(self, body: bytes) -> bytes:
        raise DefinitionError([body.decode(), "second"])

    async def bug(self, body: bytes) -> bytes:
        raise LookupError(body.decode())

    async def local_error(self, body: bytes) -> bytes:
        class OnlyHereError(Exception):
            def __init__(self, *, text: str) -> None:
                super().__init__(text)

            def __reduce__(self) -> str:
                raise TypeError("stays here")

        raise OnlyHereError(text=body.decode())

    async def collapse(self, body: bytes) -> bytes:
        asyncio.get_running_loop().call_later(0.05, self.broken.set)
        return body

    async def usurped(self, body: bytes) -> bytes:
        raise OwnershipLost

    async def pid(self, body: bytes) -> bytes:
        return str(os.getpid()).encode()


def toy(name: str, spec: bytes, calls: Calls) -> Toy:
    return Toy(name, spec, calls)
