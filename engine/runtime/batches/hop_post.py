"""Delivers a host's hops until each is answered; those to its own contacts go the same way."""

import asyncio
import contextlib

from engine.domain.profile.identity import slot_of
from engine.errors import EngineError
from engine.runtime import envelope
from engine.runtime.batches.hop_letter import TO_SLOTS, AnswerLetter, HopLetter
from engine.runtime.batches.mailbox import Mailbox
from engine.runtime.envelope import Answer, Question
from engine.runtime.part import Calls, PartLost
from engine.runtime.slots import part_of
from engine.runtime.state.memory import Memory

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
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._nudged.wait()

    async def _deliver(self) -> bool:
        """One round to every host that is owed a hop; whether any was answered."""
        by_host: dict[int, list[Question]] = {}
        for row in self._memory.hops.values():
            hop = envelope.hops.decode(row.body)
            question = Question(row.number, row.contact, row.to, row.depth, hop)
            by_host.setdefault(self._host_of(question), []).append(question)
        rounds = [self._deliver_to(host, questions) for host, questions in by_host.items()]
        return any(await asyncio.gather(*rounds))

    def _host_of(self, question: Question) -> int:
        table = self._memory.table
        if isinstance(question.hop, TO_SLOTS):
            return table.host_of_slot(question.to)
        return table.host_of_slot(slot_of(question.to))

    async def _deliver_to(self, host: int, questions: list[Question]) -> bool:
        """All of them, so that those which nobody can answer yet keep no other waiting."""
        contacts = {question.number: question.contact for question in questions}
        answered = False
        for start in range(0, len(questions), AT_ONCE):
            try:
                answers = await self._ask(host, questions[start : start + AT_ONCE])
            except (PartLost, EngineError):
                break
            done = [AnswerLetter(a, contacts[a.number]) for a in answers if a.done]
            if done:
                await self._mailbox.insist(done)
                answered = True
        return answered

    async def _ask(self, host: int, questions: list[Question]) -> list[Answer]:
        if host == self._memory.host:
            return await self._mailbox.insist([HopLetter(question) for question in questions])
        body = envelope.encode(questions)
        return envelope.answers.decode(await self._calls.call(part_of(host), "hop", body))
