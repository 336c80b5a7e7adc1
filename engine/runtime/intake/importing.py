"""Imports as the Coordinator carries them: chunk by chunk past the live traffic, straight to the hosts.

A chunk's rows go to the hosts of their keys, one part a host, one commit a part. The few rows whose
contact lives elsewhere go on by the road of live events, and later rows of their keys behind them.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from engine.clock import Clock
from engine.domain import message
from engine.domain.event import Event
from engine.domain.profile.attribute import Schema
from engine.errors import BadRequest, Busy, StoreError, Unknown
from engine.ports.bulk import Chunk, ImportAsked
from engine.ports.control_store import ControlStore, ImportJob
from engine.ports.engine import Refusal, Verdict
from engine.runtime import envelope
from engine.runtime.envelope import Item, Word
from engine.runtime.intake.courier import AGAIN, SLOWEST, Push
from engine.runtime.intake.import_part import Part
from engine.runtime.intake.refusals import Refusals
from engine.runtime.intake.router import OUTCOMES, Router
from engine.runtime.part import Calls, PartLost
from engine.runtime.slots import SlotTable, part_of


class Rows(Push):
    """A chunk's rows; ``strays`` counts the keys of rows that are being sent on, of all chunks."""

    __slots__ = ("_keys", "strays")

    def __init__(self, size: int, strays: Counter[str]) -> None:
        super().__init__(size)
        self.strays = strays
        self._keys: dict[int, str] = {}

    def sent_on(self, index: int, key: str) -> None:
        self._keys[index] = key
        self.strays[key] += 1

    def answer(self, index: int, verdict: Verdict) -> None:
        key = self._keys.pop(index, None)
        if key is not None:
            self.strays[key] -= 1
            if not self.strays[key]:
                del self.strays[key]
        super().answer(index, verdict)


class Importing:
    """An Imports."""

    def __init__(
        self,
        table: SlotTable,
        calls: Calls,
        router: Router,
        control: ControlStore,
        clock: Clock,
        schema: Callable[[], Schema],
        refusals: Refusals,
        hear: Callable[[Sequence[Event | Refusal], Sequence[Verdict]], None],
    ) -> None:
        self._table = table
        self._calls = calls
        self._router = router
        self._control = control
        self._clock = clock
        self._schema = schema
        self._refusals = refusals
        self._hear_names = hear
        self._turns = [asyncio.Lock() for _ in range(table.hosts)]
        self._strays: Counter[str] = Counter()
        self._jobs: dict[int, ImportJob] = {}
        self._noted: dict[int, int] = {}

    def declared(self) -> dict[str, str]:
        return {name: expected.type for name, expected in self._schema().items()}

    # --- jobs ----------------------------------------------------------------------------------

    def open(self, asked: ImportAsked, by: str) -> ImportJob:
        jobs = self._control.imports()
        known = [job for job in jobs if (job.kind, job.digest) == (asked.kind, asked.digest)]
        going = next((job for job in known if not job.finished), None)
        if going is not None and not asked.again:
            return self._go_on(going, asked)
        now = self._clock.now()
        if known and asked.grows and not asked.again:
            return self._put(known[0]._replace(finished=0, reading=asked.reading))
        if known and not asked.again:
            when = datetime.fromtimestamp(known[0].finished / 1_000, UTC)
            raise BadRequest(
                f"{asked.name} was imported on {when:%Y-%m-%d %H:%M} UTC, as {known[0].name} "
                f"by {known[0].by}: say --again to import it once more"
            )
        number = max((job.id for job in jobs), default=0) + 1
        made = ImportJob(number, asked.kind, asked.name, asked.digest, asked.reading, by, now)
        self._control.record(now, by, f"import {asked.kind}", f"job {number}")
        return self._put(made)

    def _go_on(self, job: ImportJob, asked: ImportAsked) -> ImportJob:
        if job.reading != asked.reading:
            raise BadRequest(
                f"{asked.name} is half imported, with another mapping or other options: go on "
                "with those, or say --again to begin anew"
            )
        return job

    def _put(self, job: ImportJob) -> ImportJob:
        self._control.put_import(job)
        self._jobs[job.id] = job
        return job

    def _job(self, number: int) -> ImportJob:
        if number not in self._jobs:
            self._jobs |= {job.id: job for job in self._control.imports()}
        if number not in self._jobs:
            text = f"there is no import {number}: open it first"
            raise Unknown(text)
        return self._jobs[number]

    def _advance(self, number: int, kept: int, progress: bytes) -> ImportJob:
        job = self._job(number)
        return self._put(job._replace(kept=kept, progress=progress)) if kept > job.kept else job

    async def finish(self, job: int, kept: int, progress: bytes) -> ImportJob:
        done = self._advance(job, kept, progress)
        for host in range(self._table.hosts):
            await self._call(host, "import_end", envelope.encode(job))
        return self._put(done._replace(finished=self._clock.now(), progress=progress))

    # --- rows ----------------------------------------------------------------------------------

    async def put(self, chunk: Chunk, items: Sequence[Event | Refusal]) -> list[Verdict]:
        job = self._advance(chunk.job, chunk.kept, chunk.progress)
        rows = Rows(len(items), self._strays)
        for index, item in enumerate(items):
            if isinstance(item, Refusal):
                rows.answer(index, Verdict("rejected", item.code, item.reason))
        shares: dict[int, list[tuple[int, Event]]] = {}
        for index, item in enumerate(items):
            if isinstance(item, Event):
                host = self._table.host_of_key(item.key)
                shares.setdefault(host, []).append((index, item))
        await asyncio.gather(
            *(self._carry(host, chunk, rows, share) for host, share in sorted(shares.items()))
        )
        if items:
            await rows.done
        verdicts = [verdict for verdict in rows.verdicts if verdict is not None]
        self._hear_names(items, verdicts)
        if chunk.number > self._noted.get(job.id, job.kept):
            self._noted[job.id] = chunk.number
            source = f"import {job.name}"
            if chunk.unread:
                await self._refusals.put(source, list(chunk.unread))
            await self._refusals.keep(source, items, verdicts)
        return verdicts

    async def _carry(
        self, host: int, chunk: Chunk, rows: Rows, share: list[tuple[int, Event]]
    ) -> None:
        """One part at a time is on its way to a host: the next one waits for the words on this one."""
        async with self._turns[host]:
            straight = []
            for index, event in share:
                if event.key in self._strays:
                    self._send_on(rows, index, event)
                else:
                    straight.append((index, event))
            if not straight:
                return
            items = [Item(message.encode(event)) for _, event in straight]
            part = Part(chunk.job, chunk.number, chunk.kept, items)
            try:
                words = envelope.words.decode(
                    await self._call(host, "import", envelope.encode(part))
                )
            except StoreError as error:
                rows.fail(Busy(5.0, str(error)))
                return
            for (index, event), word in zip(straight, words, strict=True):
                self._hear(rows, index, event, word)

    def _hear(self, rows: Rows, index: int, event: Event, word: Word) -> None:
        outcome = OUTCOMES.get(word.word)
        if outcome is None:
            self._send_on(rows, index, event)
        else:
            rows.answer(index, Verdict(outcome, word.code, word.reason, word.contact))

    def _send_on(self, rows: Rows, index: int, event: Event) -> None:
        rows.sent_on(index, event.key)
        self._router.send(rows, index, event)

    async def _call(self, host: int, method: str, body: bytes) -> bytes:
        pause = AGAIN
        while True:
            try:
                return await self._calls.call(part_of(host), method, body)
            except (PartLost, Busy):
                await asyncio.sleep(pause)
                pause = min(SLOWEST, pause * 2)
