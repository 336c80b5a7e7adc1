"""How a host comes by a scan of its log: in a process beside it, or between its own batches."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from engine.domain.definitions import decode
from engine.domain.rulebook import Rulebook
from engine.ports.log_reader import LogReader
from engine.replay.chosen import Chosen
from engine.replay.scan import Made, Order, Scan
from engine.runtime.slots import SlotTable

BREATH = 0.0
"""Seconds that a scan in a host's own loop leaves to others after each page."""


class ScanLost(Exception):  # noqa: N818
    """The scan has come to nothing; it is begun anew."""


class RunningScan(Protocol):
    """``scanned`` is the last log row read; ``whole_since`` see ``LogReader``, right once rows were read.

    Every method may raise ScanLost.
    """

    scanned: int
    whole_since: int

    async def up_to(self, contact: int) -> Made:
        """What was made of contacts up to this one since the last call; waits for the log to be read."""
        ...

    async def of(self, contacts: list[int], mark: int) -> Made:
        """What was made of these contacts alone, from their rows with an id < ``mark``."""
        ...

    def close(self) -> None:
        """At once, whatever it is doing."""
        ...


class Scans(Protocol):
    async def start(self, order: Order) -> RunningScan: ...


class LoopScan:
    def __init__(self, scan: Scan) -> None:
        self.scanned = 0
        self.whole_since = scan.whole_since
        self._scan = scan
        self._pages = scan.read()

    async def up_to(self, contact: int) -> Made:
        for scanned in self._pages:
            self.scanned = scanned
            await asyncio.sleep(BREATH)
        await asyncio.sleep(BREATH)
        return self._scan.up_to(contact)

    async def of(self, contacts: list[int], mark: int) -> Made:
        await asyncio.sleep(BREATH)
        return self._scan.of(contacts, mark)

    def close(self) -> None:
        self._scan.close()


class LoopScans:
    """In the host's own loop, a page at a time: for stores in memory."""

    def __init__(self, table: SlotTable, readers: Callable[[int], LogReader]) -> None:
        """``readers``: a host's log by the host's number."""
        self._table = table
        self._readers = readers

    async def start(self, order: Order) -> RunningScan:
        chosen = Chosen(Rulebook(order.version, decode(order.definitions)), order.names)
        return LoopScan(Scan(self._readers(order.host), chosen, self._reader_of, order.mark))

    def _reader_of(self, contact: int) -> LogReader:
        return self._readers(self._table.host_of_contact(contact))
