"""Scans and surveys in a process of their own, so that live traffic does not wait for them."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from engine.replay.scan import Made, Order
from engine.replay.survey import Asked
from engine.runtime import envelope
from engine.runtime.scanning.scan_turns import MOST, ScanTurns, Turn
from engine.runtime.scanning.scans import ScanLost

LENGTH = 4
"""Bytes before each frame that say how long it is."""


class Place(msgspec.Struct, frozen=True):
    """Where the stores of all hosts are."""

    data: str
    url: str
    hosts: int


class Scanner:
    """The other process, and the turn that it has: a scanner that is closed has ended."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        turn: Turn,
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._turn = turn

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, told: object) -> None:
        frame = envelope.encode(told)
        self._writer.write(len(frame).to_bytes(LENGTH, "big") + frame)

    async def receive(self) -> list[Any]:
        """What it tells next. Raises ScanLost."""
        try:
            length = int.from_bytes(await self._reader.readexactly(LENGTH), "big")
            told: list[Any] = msgspec.msgpack.decode(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise ScanLost("the process that reads the log has ended") from error
        if told[0] == "failed":
            raise ScanLost(f"the log cannot be read: {told[1]}")
        return told

    def close(self) -> None:
        self._writer.close()
        self._process.kill()
        self._process.wait()
        self._turn.give_back()


class ProcessScan:
    def __init__(self, scanner: Scanner) -> None:
        self.scanned = 0
        self.whole_since = 0
        self._scanner = scanner

    @property
    def pid(self) -> int:
        return self._scanner.pid

    async def up_to(self, contact: int) -> Made:
        return await self._ask("up_to", [contact], 0)

    async def of(self, contacts: list[int], mark: int) -> Made:
        return await self._ask("of", contacts, mark)

    async def _ask(self, what: str, contacts: list[int], mark: int) -> Made:
        """Takes what it is told of progress on the way to the answer."""
        self._scanner.send((what, contacts, mark))
        while True:
            match await self._scanner.receive():
                case ["made", made]:
                    return [(contact, state) for contact, state in made]
                case ["scanned", scanned, whole_since]:
                    self.scanned, self.whole_since = scanned, whole_since
                case _:
                    pass

    def close(self) -> None:
        self._scanner.close()


class ProcessSurvey:
    def __init__(self, scanner: Scanner) -> None:
        self.progress = (0, 0)
        self._scanner = scanner

    async def found(self) -> dict[str, Any]:
        while True:
            match await self._scanner.receive():
                case ["found", found]:
                    return dict(found)
                case ["met", scanned, met]:
                    self.progress = scanned, met
                case _:
                    pass

    def close(self) -> None:
        self._scanner.close()


class ProcessScans:
    """A scan begins when it is its turn."""

    def __init__(self, place: Place, most: int = MOST) -> None:
        self._place = place
        self._turns = ScanTurns(Path(place.data) / "scans", most)

    async def start(self, order: Order) -> ProcessScan:
        return ProcessScan(await self._scanner(order))

    async def survey(self, asked: Asked) -> ProcessSurvey:
        return ProcessSurvey(await self._scanner(asked))

    async def _scanner(self, asked: Order | Asked) -> Scanner:
        turn = await self._turns.take()
        try:
            scanner = await _begun(turn)
        except BaseException:
            turn.give_back()
            raise
        scanner.send((self._place, asked))
        return scanner


async def _begun(turn: Turn) -> Scanner:
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
    return Scanner(process, reader, writer, turn)
