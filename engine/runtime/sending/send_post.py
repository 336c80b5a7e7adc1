"""Hands a host's messages to the Sender within its credit, and brings their outcomes home.

Rows marked ``sending`` are offered again, flagged, whenever the Sender may have forgotten them: at
the host's start and after the Sender's. The Sender knows each by its key, so that is always safe.
"""

import asyncio
import contextlib

import msgspec

from engine.clock import Clock
from engine.domain.effect import mark_of
from engine.errors import EngineError
from engine.ports.host_store import OutboxRow
from engine.ports.sending import Delivery, Outcome
from engine.runtime import envelope
from engine.runtime.batches.mailbox import Mailbox
from engine.runtime.part import Calls, PartLost
from engine.runtime.sending.send_letter import HandOverLetter, OutcomeLetter
from engine.runtime.state.memory import Memory
from engine.runtime.state.outbox import send_of

SENDER = "sender"
AT_ONCE = 200
UNREACHED = 0.2
"""Seconds before a Sender that did not answer is called again."""
GATHER = 0.01
"""Seconds in which outcomes gather before they are asked for again: one call for many."""
AGAIN = 500
"""Rows offered again in one call."""


class Outcomes(msgspec.Struct, array_like=True):
    """The Sender's answer to ``outcomes``; ``life`` changes when it starts anew."""

    life: str
    credit: int
    outcomes: list[Outcome]


_answers = msgspec.msgpack.Decoder(Outcomes)


class SendPost:
    def __init__(
        self, name: str, memory: Memory, mailbox: Mailbox, calls: Calls, clock: Clock, domain: str
    ) -> None:
        self._name = name
        self._memory = memory
        self._mailbox = mailbox
        self._calls = calls
        self._clock = clock
        self._domain = domain
        self._life = ""
        self._shipping: asyncio.Queue[list[str]] = asyncio.Queue()
        self._queued = asyncio.Event()
        self.credit = 0

    def ship(self, keys: list[str]) -> None:
        """After a commit: these rows are ``sending``; others may have been queued."""
        if keys:
            self.credit -= len(keys)
            self._shipping.put_nowait(keys)
        self._queued.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._collect())
            tasks.create_task(self._offer())
            tasks.create_task(self._hand_over())

    async def _collect(self) -> None:
        """Outcomes become receipts; only what is committed is acknowledged."""
        acknowledged: list[str] = []
        while True:
            body = envelope.encode([self._name, acknowledged, self._life])
            try:
                answer = _answers.decode(await self._calls.call(SENDER, "outcomes", body))
            except (PartLost, EngineError):
                # Said twice, it could be taken for the outcome of a later attempt.
                acknowledged = []
                await asyncio.sleep(UNREACHED)
                continue
            if answer.life != self._life:
                await self._offer_again(answer.life)
            letters = []
            for outcome in answer.outcomes:
                row = self._memory.outbox.get(outcome.key)
                letters.append(OutcomeLetter(outcome, row.contact if row else 0))
            if letters:
                await self._mailbox.insist(letters)
            acknowledged = [outcome.key for outcome in answer.outcomes]
            # A host that dies before it has caught up would leave doubts behind: nothing leaves until then.
            self.credit = answer.credit if self._life else 0
            if self.credit > 0:
                self._queued.set()
            await asyncio.sleep(GATHER)

    async def _offer_again(self, life: str) -> None:
        rows = [row for row in self._memory.outbox.rows() if row.state == "sending"]
        try:
            for start in range(0, len(rows), AGAIN):
                again = [self._delivery(row, again=True) for row in rows[start : start + AGAIN]]
                await self._call_offer(again)
            await self._calls.call(SENDER, "caught_up", envelope.encode([self._name, life]))
        except (PartLost, EngineError):
            return
        self._life = life

    async def _offer(self) -> None:
        while True:
            keys = await self._shipping.get()
            rows = [row for key in keys if (row := self._memory.outbox.get(key))]
            deliveries = [self._delivery(row) for row in rows if row.state == "sending"]
            try:
                await self._call_offer(deliveries)
            except (PartLost, EngineError):
                # The rows stay ``sending``: they are offered again when the Sender answers anew.
                self._life = ""

    async def _call_offer(self, deliveries: list[Delivery]) -> int:
        """Answers the credit left."""
        body = envelope.encode([self._name, envelope.encode(deliveries)])
        return int(msgspec.msgpack.decode(await self._calls.call(SENDER, "offer", body)))

    async def _hand_over(self) -> None:
        """Queued rows leave as credit and their due instants allow."""
        while True:
            now = self._memory.instant()
            keys = self._memory.outbox.ready(now, min(self.credit, AT_ONCE))
            rows = [row for key in keys if (row := self._memory.outbox.get(key))]
            if rows:
                gone = await self._mailbox.insist([HandOverLetter(row) for row in rows])
                if not any(gone):
                    await asyncio.sleep(0)
                continue
            self._queued.clear()
            due = self._memory.outbox.next_due()
            ahead = self._clock.seconds(max(1, due - now)) if due > now else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ahead):
                    await self._queued.wait()

    def _delivery(self, row: OutboxRow, *, again: bool = False) -> Delivery:
        send = send_of(row)
        template = self._memory.rulebook.templates.get(send.template)
        return Delivery(
            send,
            template.version if template else "",
            message_id(row.key, self._domain),
            row.attempts,
            again,
        )


def message_id(key: str, domain: str) -> str:
    """Derived from the effect's key."""
    return f"<{mark_of(key)}@{domain}>"
