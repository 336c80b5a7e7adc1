"""How a host comes by a scan or a survey: in a process beside it, or between its own batches."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from engine.domain.rulebooks.definitions import decode
from engine.domain.rulebooks.rulebook import Rulebook
from engine.ports.log_reader import LogReader
from engine.replay.chosen import Chosen
from engine.replay.scan import Made, Order, Scan
from engine.replay.survey import Asked, Survey
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


class RunningSurvey(Protocol):
    """``progress``: log rows and contacts behind it."""

    progress: tuple[int, int]

    async def found(self) -> dict[str, Any]:
        """Waits for it. Raises ScanLost, StoreError."""
        ...

    def close(self) -> None: ...


class Scans(Protocol):
    async def start(self, order: Order) -> RunningScan: ...

    async def survey(self, asked: Asked) -> RunningSurvey: ...


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


class LoopSurvey:
    def __init__(self, survey: Survey) -> None:
        self.progress = (0, 0)
        self._survey = survey

    async def found(self) -> dict[str, Any]:
        for step in self._survey.steps():
            self.progress = step.scanned, step.met
            await asyncio.sleep(BREATH)
        return self._survey.found

    def close(self) -> None:
        """It ends with whoever waits for it."""


class LoopScans:
    """In the host's own loop, a page at a time: for stores in memory."""

    def __init__(self, table: SlotTable, readers: Callable[[int], LogReader]) -> None:
        """``readers``: a host's log by the host's number."""
        self._table = table
        self._readers = readers

    async def start(self, order: Order) -> RunningScan:
        chosen = Chosen(Rulebook(order.version, decode(order.definitions)), order.names)
        return LoopScan(Scan(self._readers(order.host), chosen, self._reader_of, order.mark))

    async def survey(self, asked: Asked) -> RunningSurvey:
        return LoopSurvey(Survey(asked, self._readers(asked.host), self._reader_of))

    def _reader_of(self, contact: int) -> LogReader:
        return self._readers(self._table.host_of_contact(contact))
