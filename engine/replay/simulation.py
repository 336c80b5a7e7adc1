"""One contact on a clock of its own: the very step, in a world that answers everything at once.

What is sent is taken by the next hop in the same instant, or when it may leave; a key that is claimed is
free; a cap on entries has room. No other contact exists, and no address is suppressed but by what happens
here. An endpoint tells nothing in its answer, unless it is said otherwise.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

import msgspec

from engine.domain.effect import AskTicket, ClaimKey, Effect, Send
from engine.domain.language.endpoint import is_webhook
from engine.domain.language.spec import Answering
from engine.domain.message import ClaimAnswered, Message, Receipt, TicketAnswered, TimerFired
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.runs.quota import ALWAYS
from engine.domain.step import Outcome, step

MOST = 10_000
"""Steps that one stretch of time may hold: a scenario that sends every minute for years ends there."""

SILENT = Answering(webhook="any")


class Passed(NamedTuple):
    """What a message brought about at an instant (ms)."""

    at: int
    message: Message
    outcome: Outcome


class Simulation:
    """``contact`` is as of ``now`` (ms), which only moves forward."""

    def __init__(self, contact: Contact, rulebook: Rulebook, now: int) -> None:
        self.contact = contact
        self.rulebook = rulebook
        self.now = now
        self.sent: list[Send] = []
        self.endpoints: dict[str, Answering] = {}
        self._answers: list[tuple[int, int, Message]] = []
        self._asked = 0

    def take(self, message: Message, at: int) -> Iterator[Passed]:
        """Let time pass until ``at``, hand the contact a message, and what answers come in that instant."""
        yield from self.until(at)
        yield self._step(message)
        yield from self._answered(self.now)

    def until(self, at: int) -> Iterator[Passed]:
        """Nothing happens but that time passes: timers and answers until ``at``, that instant included."""
        for _ in range(MOST):
            due, answer = self.contact.due, self._answers[0][0] if self._answers else 0
            upcoming = [instant for instant in (due, answer) if instant and instant <= at]
            if not upcoming:
                break
            self.now = max(self.now, min(upcoming))
            if answer and answer <= self.now:
                yield from self._answered(self.now)
            else:
                yield self._step(TimerFired())
        self.now = max(self.now, at)

    def _answered(self, at: int) -> Iterator[Passed]:
        while self._answers and self._answers[0][0] <= at:
            yield self._step(heappop(self._answers)[2])

    def _step(self, message: Message) -> Passed:
        outcome = step(self.contact, message, self.rulebook, self.now)
        self.contact = outcome.contact
        for effect in outcome.effects:
            self._answer(effect)
        return Passed(self.now, message, outcome)

    def _answer(self, effect: Effect) -> None:
        match effect:
            case Send():
                if not is_webhook(effect.channel):
                    self.sent.append(effect)
                self._later(max(self.now, effect.held), self._taken(effect))
            case ClaimKey():
                self._later(self.now, ClaimAnswered(effect.claim, 0))
            case AskTicket(wants=True):
                leave = TicketAnswered(effect.scenario, effect.run, *ALWAYS)
                self._later(self.now, leave)
            case _:
                pass

    def _taken(self, send: Send) -> Receipt:
        told = self.endpoints.get(send.channel, SILENT)
        answer = msgspec.json.encode(told.answers) if told.answers is not None else b""
        return Receipt(
            send.key,
            "dead" if told.fails else "sent",
            send.scenario,
            send.channel,
            template=send.template,
            topic=send.topic,
            answer=answer,
        )

    def _later(self, at: int, answer: Message) -> None:
        self._asked += 1
        heappush(self._answers, (at, self._asked, answer))
