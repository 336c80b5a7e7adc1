"""A host's mailbox: what arrives while a commit runs is worked off together in the next one.

There is no timer that lingers: a lone message is committed at once, a crowd shares commits of at
most 500 messages. A commit that fails is tried again message by message; the message that fails
once more is quarantined, so that one poisoned event never stops a host.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from engine.errors import OwnershipLost, StoreError, StoreFull
from engine.ports.host_store import QuarantineRow
from engine.runtime.batches.batch import Batch
from engine.runtime.batches.letter import Letter
from engine.runtime.state.memory import Memory

log = logging.getLogger("relance.host")

MOST = 500
"""Messages a commit."""

SHARE = 4
"""A bulk job goes first after this many commits of others, else only when nothing else waits."""

Seal = Callable[[Batch, list[Any]], None]


class Job:
    """Letters that belong together; ``seal`` adds to their commit what is known only after them."""

    __slots__ = ("bulk", "letters", "results", "seal")

    def __init__(
        self, letters: Sequence[Letter], seal: Seal | None = None, *, bulk: bool = False
    ) -> None:
        self.bulk = bulk
        self.letters = letters
        self.seal = seal
        self.results: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()


class Mailbox:
    def __init__(
        self, memory: Memory, credit: Callable[[], int], committed: Callable[[Batch], None]
    ) -> None:
        self._memory = memory
        self._credit = credit
        self._committed = committed
        self._jobs: deque[Job] = deque()
        self._bulk: deque[Job] = deque()
        self._passed = 0
        self._arrived = asyncio.Event()
        self.waiting = 0

    async def put(
        self, letters: Sequence[Letter], seal: Seal | None = None, *, bulk: bool = False
    ) -> list[Any]:
        """The letters' answers, after the commit that holds them. Raises StoreError: nothing was kept.

        ``bulk``: a commit of its own, which lets others go first.
        """
        job = Job(letters, seal, bulk=bulk)
        (self._bulk if bulk else self._jobs).append(job)
        self.waiting += len(letters)
        self._arrived.set()
        return await job.results

    async def insist(self, letters: Sequence[Letter]) -> list[Any]:
        """For the engine's own letters: while the disk is full, try again each second."""
        while True:
            try:
                return await self.put(letters)
            except StoreFull:
                await asyncio.sleep(1.0)

    async def run(self) -> None:
        """Work for ever. Raises OwnershipLost: this host must end."""
        while True:
            while not (self._jobs or self._bulk):
                self._arrived.clear()
                await self._arrived.wait()
            self._work_off(self._next())
            await asyncio.sleep(0)

    def _next(self) -> list[Job]:
        if self._bulk and (not self._jobs or self._passed >= SHARE):
            self._passed = 0
            self.waiting -= len(self._bulk[0].letters)
            return [self._bulk.popleft()]
        self._passed += 1
        jobs, size = [self._jobs.popleft()], 0
        size = len(jobs[0].letters)
        while self._jobs and size + len(self._jobs[0].letters) <= MOST:
            jobs.append(self._jobs.popleft())
            size += len(jobs[-1].letters)
        self.waiting -= size
        return jobs

    def _work_off(self, jobs: list[Job]) -> None:
        try:
            answers = self._commit(jobs, {})
        except OwnershipLost:
            raise
        except StoreError as error:
            log.error("nothing was kept: %s", error)  # noqa: TRY400 - the text says it all
            _fail(jobs, error)
        except Exception:
            log.exception("a batch failed; working it off message by message")
            for job in jobs:
                self._one_by_one(job)
        else:
            for job, results in zip(jobs, answers, strict=True):
                _answer(job, results)

    def _commit(self, jobs: list[Job], detours: dict[str, None]) -> list[list[Any]]:
        """One commit for all the jobs; after an error nothing of it remains.

        ``detours`` are the keys of which an item was sent on: what comes after it in a job has to wait.
        """
        memory = self._memory
        memory.look_up({key for job in jobs for letter in job.letters for key in letter.keys})
        memory.activate(_wanted(memory, jobs))
        batch = Batch(memory, self._credit())
        batch.bulk = jobs[0].bulk
        batch.detours = detours
        try:
            answers = []
            for job in jobs:
                results = [letter.take(batch) for letter in job.letters]
                if job.seal is not None:
                    job.seal(batch, results)
                answers.append(results)
            batch.commit()
        except BaseException:
            batch.abandon()
            raise
        self._committed(batch)
        return answers

    def _one_by_one(self, job: Job) -> None:
        results: list[Any] = []
        detours: dict[str, None] = {}
        try:
            for letter in job.letters:
                results.append(self._alone(letter, detours))  # noqa: PERF401 - each has its own commit
            if job.seal is not None:
                batch = Batch(self._memory)
                batch.detours = detours
                job.seal(batch, results)
                batch.commit()
        except OwnershipLost:
            raise
        except StoreError as error:
            _fail([job], error)
        else:
            _answer(job, results)

    def _alone(self, letter: Letter, detours: dict[str, None]) -> Any:
        job = Job([letter])
        try:
            return self._commit([job], detours)[0][0]
        except StoreError:
            raise
        except Exception as error:
            log.exception("a message failed twice and is quarantined")
            batch = Batch(self._memory)
            contact = letter.contacts[0] if letter.contacts else 0
            text = f"{type(error).__name__}: {error}"
            batch.write.quarantine.append(QuarantineRow(contact, batch.now, letter.body(), text))
            batch.count("quarantined")
            batch.commit()
            return letter.quarantined()


def _wanted(memory: Memory, jobs: list[Job]) -> set[int]:
    """The contacts that the letters name or that their keys lead to."""
    wanted: set[int] = set()
    for job in jobs:
        for letter in job.letters:
            wanted.update(letter.contacts)
            for key in letter.keys:
                wanted.update(binding.contact for binding in memory.bindings[key])
    return wanted


def _answer(job: Job, results: list[Any]) -> None:
    if not job.results.done():
        job.results.set_result(results)


def _fail(jobs: list[Job], error: Exception) -> None:
    for job in jobs:
        if not job.results.done():
            job.results.set_exception(error)
