"""One ContactHost in a process of its own, fed by hand: ``python -m tests.acceptance.lone_host``.

It owns its file by the epoch alone, as where a former owner cannot be killed. Tells on stdout each
event that it has kept. Ends with 70 when it has lost its slots.
"""

import asyncio
import itertools
import signal
import sys
from hashlib import blake2b
from pathlib import Path

from engine.clock import SystemClock
from engine.domain import message
from engine.domain.event import Event
from engine.domain.rulebooks.definitions import encode, succeed
from engine.loading.definitions import load
from engine.runtime import envelope
from engine.runtime.envelope import Item, Parcel
from engine.runtime.host import ContactHost
from engine.runtime.part import Calls, PartLost
from engine.runtime.processes.in_process import InProcessRuntime
from engine.runtime.slots import SlotTable
from engine.store.sqlite import SqliteHostStore

HOST = "host-0"
LOST = 70
AT_ONCE = 20
"""Events that SIGUSR1 asks for."""


class LoneHost:
    """``name`` tells its events from those of others."""

    def __init__(self, workspace: Path, file: Path, name: str) -> None:
        self.name = name
        self._file = file
        self._rulebook = encode(succeed(None, load(workspace)))
        self._numbers = itertools.count(1)
        self.runtime = InProcessRuntime(self._made)

    def _made(self, name: str, spec: bytes, calls: Calls) -> ContactHost:
        store = SqliteHostStore(self._file, fence_only=True)
        table, clock = SlotTable(1), SystemClock()
        return ContactHost(0, table, store, clock, calls, 2**24, "shop.example")

    async def start(self) -> None:
        await self.runtime.start_part(HOST)
        body = envelope.encode((1, self._rulebook))
        await self.runtime.calls.call(HOST, "rulebook", body)

    async def push(self, events: int) -> None:
        """One event a parcel; ends quietly with the host."""
        for number in itertools.islice(self._numbers, events):
            parcel = Parcel(self.name, number, 0, [Item(message.encode(self._event(number)))])
            try:
                await self.runtime.calls.call(HOST, "deliver", envelope.encode(parcel))
            except PartLost:
                return
            say(f"{self.name}-{number}")

    def _event(self, number: int) -> Event:
        """It starts a scenario with a wait, so that a timer is due two seconds later."""
        key, at = f"{self.name}-{number}", SystemClock().now()
        mark = blake2b(key.encode(), digest_size=6).digest()
        return Event((f"user_id:{key}",), "Product Added", "track", key, "shop", mark, at, at)


async def run(host: LoneHost, flood: bool) -> int:
    loop = asyncio.get_running_loop()
    asked: set[asyncio.Task[None]] = set()
    ending = asyncio.Event()
    loop.add_signal_handler(
        signal.SIGUSR1, lambda: asked.add(asyncio.ensure_future(host.push(AT_ONCE)))
    )
    loop.add_signal_handler(signal.SIGTERM, ending.set)
    await host.start()
    say("open")
    if flood:
        asked.add(asyncio.ensure_future(host.push(1_000_000)))
    lost = asyncio.ensure_future(host.runtime.died(HOST))
    ended = asyncio.ensure_future(ending.wait())
    await asyncio.wait([lost, ended], return_when=asyncio.FIRST_COMPLETED)
    code = LOST if lost.done() else 0
    await host.runtime.stop()
    return code


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    flags = set(sys.argv[4:])
    made = LoneHost(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
    sys.exit(asyncio.run(run(made, "flood" in flags)))
