"""Delivers a host's hops until each is answered; those to its own contacts go the same way."""

import asyncio

from engine.domain.effect import ClaimKey, Suppress
from engine.domain.identity import SLOTS, slot_of
from engine.errors import EngineError
from engine.ports import HopRow
from engine.runtime import envelope
from engine.runtime.envelope import Answer, Question
from engine.runtime.letter import AnswerLetter, HopLetter
from engine.runtime.mailbox import Mailbox
from engine.runtime.memory import Memory
from engine.runtime.part import Calls, PartLost
from engine.runtime.slots import part_of

AGAIN = 0.05
SLOWEST = 2.0
"""Seconds until an unanswered hop is sent again: doubling from AGAIN."""
AT_ONCE = 100


class HopPost:
    def __init__(self, memory: Memory, mailbox: Mailbox, calls: Calls) -> None:
        self._memory = memory
        self._mailbox = mailbox
        self._calls = calls
        self._nudged = asyncio.Event()
        self._pause = AGAIN

    def nudge(self) -> None:
        self._nudged.set()

    async def run(self) -> None:
        while True:
            self._nudged.clear()
            answered = await self._deliver() if self._memory.hops else True
            self._pause = AGAIN if answered else min(SLOWEST, self._pause * 2)
            if self._memory.hops and answered:
                continue
            wait = self._pause if self._memory.hops else None
            try:
                await asyncio.wait_for(self._nudged.wait(), wait)
            except TimeoutError:
                continue

    async def _deliver(self) -> bool:
        """One round to every host that is owed a hop; whether any was answered."""
        by_host: dict[int, list[HopRow]] = {}
        for row in self._memory.hops.values():
            by_host.setdefault(self._host_of(row), []).append(row)
        rounds = [self._deliver_to(host, rows[:AT_ONCE]) for host, rows in by_host.items()]
        return any(await asyncio.gather(*rounds))

    def _host_of(self, row: HopRow) -> int:
        table = self._memory.table
        if isinstance(envelope.hops.decode(row.body), ClaimKey | Suppress):
            return table.host_of_slot(row.to % SLOTS)
        return table.host_of_slot(slot_of(row.to))

    async def _deliver_to(self, host: int, rows: list[HopRow]) -> bool:
        questions = [
            Question(row.number, row.contact, row.to, row.depth, envelope.hops.decode(row.body))
            for row in rows
        ]
        try:
            answers = await self._ask(host, questions)
        except (PartLost, EngineError):
            return False
        contacts = {row.number: row.contact for row in rows}
        done = [AnswerLetter(a, contacts[a.number]) for a in answers if a.done]
        if done:
            await self._mailbox.insist(done)
        return bool(done)

    async def _ask(self, host: int, questions: list[Question]) -> list[Answer]:
        if host == self._memory.host:
            return await self._mailbox.insist([HopLetter(question) for question in questions])
        body = envelope.encode(questions)
        return envelope.answers.decode(await self._calls.call(part_of(host), "hop", body))
