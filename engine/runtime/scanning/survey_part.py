"""A host's part of surveys: each runs beside it, is asked how far it is, and ends when nobody asks."""

import asyncio
from typing import Any

import msgspec

from engine.domain.rulebooks.definitions import Definitions, decode, encode
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.since import read_by
from engine.errors import Busy, StoreError
from engine.replay.survey import Asked, ForecastAsked, PreviewAsked
from engine.runtime.scanning.scans import RunningSurvey, ScanLost, Scans
from engine.runtime.state.memory import Memory

METHODS = ("survey", "survey_told", "survey_end")
PATIENCE = 30.0
"""Seconds after which a survey that nobody asks about is ended."""
MOST = 4
"""Surveys at a time."""


class PreviewWanted(msgspec.Struct, frozen=True, tag="preview"):
    """Of segments and scores that are not in force; see ``PreviewAsked``."""

    version: int
    definitions: bytes
    segments: tuple[str, ...]
    scores: tuple[str, ...] = ()


class ForecastWanted(msgspec.Struct, frozen=True, tag="forecast"):
    segment: str
    days: int
    now: int


Wanted = PreviewWanted | ForecastWanted


class SurveyPart:
    def __init__(self, memory: Memory, scans: Scans) -> None:
        self._memory = memory
        self._scans = scans
        self._number = 0
        self._running: dict[int, _Running] = {}

    @property
    def running(self) -> dict[int, "_Running"]:
        """Those that somebody asks about."""
        return {number: one for number, one in self._running.items() if not one.gone}

    def answer(self, method: str, body: bytes) -> Any:
        """Raises Busy."""
        if method == "survey":
            return self._begin(msgspec.msgpack.decode(body, type=Wanted))
        number = msgspec.msgpack.decode(body, type=int)
        if method == "survey_end":
            if running := self._running.pop(number, None):
                running.end()
            return None
        running = self._running.get(number)
        if running is not None and running.version != self._memory.rulebook.version:
            raise Busy(1.0, "another rulebook was published meanwhile; ask anew")
        if running is None:
            raise Busy(1.0, "this survey has ended; ask anew")
        return running.told()

    def _begin(self, wanted: Wanted) -> int:
        self._running = dict(self.running)
        if len(self._running) >= MOST:
            raise Busy(5.0, f"{MOST} surveys are under way; ask again when one has ended")
        self._number += 1
        rows = self._memory.next_log - 1 if isinstance(wanted, PreviewWanted) else 0
        version = self._memory.rulebook.version
        self._running[self._number] = _Running(self._scans, self._asked(wanted), rows, version)
        return self._number

    def _asked(self, wanted: Wanted) -> Asked:
        memory = self._memory
        if isinstance(wanted, ForecastWanted):
            book = memory.rulebook
            return ForecastAsked(
                memory.host,
                book.version,
                encode(book.definitions),
                wanted.segment,
                wanted.days,
                wanted.now,
            )
        rulebook = Rulebook(wanted.version, decode(wanted.definitions))
        since, rebuilt = rulebook.since, memory.rebuilt
        in_force = memory.rulebook.definitions
        read = read_by(rulebook, wanted.segments, wanted.scores)
        names = tuple(sorted(name for name in read if since[name][-1][0] > rebuilt))
        return PreviewAsked(
            memory.host,
            memory.next_log,
            wanted.version,
            wanted.definitions,
            names,
            wanted.segments,
            memory.clock.now(),
            wanted.scores,
            encode(Definitions(scores=in_force.scores, matrix=in_force.matrix)),
        )

    async def stop(self) -> None:
        for running in self._running.values():
            running.end()
        await asyncio.gather(*(one.work for one in self._running.values()), return_exceptions=True)


class _Running:
    """``version`` is in force as it begins: states that are written under a later one it cannot read."""

    def __init__(self, scans: Scans, asked: Asked, rows: int, version: int) -> None:
        self.version = version
        self._scans = scans
        self._rows = rows
        self._survey: RunningSurvey | None = None
        self._heard = asyncio.Event()
        self._found: dict[str, Any] | None = None
        self._failed = ""
        self.work = asyncio.create_task(self._run(asked))
        self._watch = asyncio.create_task(self._watched())

    @property
    def gone(self) -> bool:
        return self._watch.done()

    def told(self) -> dict[str, Any]:
        """``found`` once it is, ``failed`` says why nothing will be; else how far it is."""
        self._heard.set()
        if self._failed:
            return {"failed": self._failed}
        if self._found is not None:
            return {"found": self._found}
        scanned, met = self._survey.progress if self._survey else (0, 0)
        return {"rows": self._rows, "scanned": scanned, "met": met}

    def end(self) -> None:
        self.work.cancel()
        self._watch.cancel()

    async def _run(self, asked: Asked) -> None:
        try:
            self._survey = await self._scans.survey(asked)
            self._found = await self._survey.found()
        except (ScanLost, StoreError) as error:
            self._failed = str(error)
        finally:
            if self._survey is not None:
                self._survey.close()

    async def _watched(self) -> None:
        """Until nobody has asked for a while."""
        while True:
            self._heard.clear()
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._heard.wait()
            except TimeoutError:
                self.work.cancel()
                return
