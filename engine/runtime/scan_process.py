"""A scan in a process of its own, so that live traffic does not wait for it; this side asks and ends it."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import msgspec

from engine.replay.scan import Made, Order
from engine.runtime import envelope
from engine.runtime.scan_turns import MOST, ScanTurns, Turn
from engine.runtime.scans import ScanLost

LENGTH = 4
"""Bytes before each frame that say how long it is."""


class Place(msgspec.Struct, frozen=True):
    """Where the stores of all hosts are."""

    data: str
    url: str
    hosts: int


class ProcessScan:
    """Owns its process: a scan that is closed has ended."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        turn: Turn,
    ) -> None:
        self.scanned = 0
        self.whole_since = 0
        self._process = process
        self._reader = reader
        self._writer = writer
        self._turn = turn

    @property
    def pid(self) -> int:
        return self._process.pid

    async def up_to(self, contact: int) -> Made:
        return await self._ask("up_to", [contact], 0)

    async def of(self, contacts: list[int], mark: int) -> Made:
        return await self._ask("of", contacts, mark)

    async def _ask(self, what: str, contacts: list[int], mark: int) -> Made:
        """Takes what it is told of progress on the way to the answer."""
        self._send(envelope.encode((what, contacts, mark)))
        try:
            while True:
                length = int.from_bytes(await self._reader.readexactly(LENGTH), "big")
                told = msgspec.msgpack.decode(await self._reader.readexactly(length))
                match told:
                    case ["made", made]:
                        return [(contact, state) for contact, state in made]
                    case ["scanned", scanned, whole_since]:
                        self.scanned, self.whole_since = scanned, whole_since
                    case [_, why]:
                        raise ScanLost(f"the log cannot be read for a rebuild: {why}")
                    case _:
                        pass
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise ScanLost("the process that reads the log for a rebuild has ended") from error

    def send_order(self, place: Place, order: Order) -> None:
        self._send(envelope.encode((place, order)))

    def _send(self, frame: bytes) -> None:
        self._writer.write(len(frame).to_bytes(LENGTH, "big") + frame)

    def close(self) -> None:
        self._writer.close()
        self._process.kill()
        self._process.wait()
        self._turn.give_back()


class ProcessScans:
    """A scan begins when it is its turn."""

    def __init__(self, place: Place, most: int = MOST) -> None:
        self._place = place
        self._turns = ScanTurns(Path(place.data) / "scans", most)

    async def start(self, order: Order) -> ProcessScan:
        turn = await self._turns.take()
        try:
            scan = await self._begun(turn)
        except BaseException:
            turn.give_back()
            raise
        scan.send_order(self._place, order)
        return scan

    async def _begun(self, turn: Turn) -> ProcessScan:
        """A socket, not the loop's own subprocesses: those need a main thread, which an actor has not."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: ASYNC220, S603 - a moment; our own interpreter
                [sys.executable, "-m", "engine.scanner", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        ours.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=ours)
        return ProcessScan(process, reader, writer, turn)
