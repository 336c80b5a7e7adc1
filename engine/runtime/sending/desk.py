"""One host's account with the Sender: what is in hand for it, what it has yet to acknowledge."""

import asyncio

import msgspec

from engine.ports.sending import Outcome
from engine.runtime.sending.in_hand import InHand

REMEMBERED = 10_000
"""Final outcomes kept after their acknowledgement: an offer that was late on its way is no new message."""
ANSWER = 500


class Settled:
    """An outcome and the attempt it ended; ``told`` once it was part of an answer."""

    __slots__ = ("attempts", "outcome", "told")

    def __init__(self, attempts: int, outcome: Outcome) -> None:
        self.attempts = attempts
        self.outcome = outcome
        self.told = False


class Desk:
    """``seen`` is when the host called last (monotonic seconds)."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.seen = 0.0
        self.in_hand: dict[str, InHand] = {}
        self.settled: dict[str, Settled] = {}
        self.changed = asyncio.Event()
        self._finished: dict[str, Settled] = {}

    @property
    def busy(self) -> int:
        """Messages that take up credit: those that are looked for may take long, and hold up nobody."""
        return sum(not held.doubtful for held in self.in_hand.values())

    def settle(self, attempts: int, outcome: Outcome) -> None:
        """The message is no longer in hand; its outcome is told until it is acknowledged."""
        self.in_hand.pop(outcome.key, None)
        told = msgspec.structs.replace(outcome, attempts=attempts)
        self.settled[outcome.key] = Settled(attempts, told)
        self.changed.set()

    def knows(self, key: str, attempts: int) -> bool:
        """Whether an offer of this attempt is answered already (or will be) and starts nothing."""
        if key in self.in_hand:
            return True
        settled = self.settled.get(key)
        if settled is None and key in self._finished:
            settled = self.settled[key] = self._finished.pop(key)
            settled.told = False
            self.changed.set()
        return settled is not None and attempts <= settled.attempts

    def tell(self) -> list[Outcome]:
        """The oldest outcomes not yet acknowledged."""
        telling = list(self.settled.values())[:ANSWER]
        for settled in telling:
            settled.told = True
        return [settled.outcome for settled in telling]

    def acknowledge(self, keys: list[str]) -> list[tuple[str, int]]:
        """The (key, attempts) that may be forgotten. Only what was told can have been committed."""
        gone = []
        for key in keys:
            settled = self.settled.get(key)
            if settled is not None and settled.told:
                gone.append((key, self._forget(key)))
        return gone

    def supersede(self, key: str) -> list[tuple[str, int]]:
        """A later attempt is offered: the host has committed the outcome of the earlier one."""
        return [(key, self._forget(key))] if key in self.settled else []

    def drop(self, key: str) -> None:
        """Its contact is erased: there is nobody to tell."""
        self.settled.pop(key, None)
        self._finished.pop(key, None)

    def known(self) -> set[str]:
        """Of every message that is known here."""
        return {*self.in_hand, *self.settled, *self._finished}

    def _forget(self, key: str) -> int:
        settled = self.settled.pop(key)
        if settled.outcome.outcome != "deferred":
            self._finished[key] = settled
            if len(self._finished) > REMEMBERED:
                del self._finished[next(iter(self._finished))]
        if not self.settled:
            self.changed.clear()
        return settled.attempts
