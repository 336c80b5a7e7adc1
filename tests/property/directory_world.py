"""Contacts, the directory and the hops between them, in one place and in any order of delivery.

It stands in for hosts and Coordinator: what they promise (a hop is delivered until it is answered,
an answer may come twice, a question may be asked twice) and nothing more.
"""

from collections.abc import Callable
from typing import NamedTuple

from engine.domain.effect import (
    Adopt,
    AskYield,
    ClaimKey,
    Effect,
    Review,
    ReviewOver,
    Witness,
)
from engine.domain.event import Event
from engine.domain.fact import Fact
from engine.domain.merges.claim import belongs_to_another, yields
from engine.domain.message import (
    Adopted,
    AdoptionSettled,
    ClaimAnswered,
    Message,
    Witnessed,
    YieldAsked,
)
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import Binding, Claim, bound, holder_at, is_device
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.step import Outcome, step


class Hop(NamedTuple):
    contact: int
    effect: Effect


class World:
    """``hops`` are under way; ``deliver`` takes any of them."""

    def __init__(self, book: Rulebook, now: int) -> None:
        self.book = book
        self.now = now
        self.contacts: dict[int, Contact] = {}
        self.directory: dict[str, tuple[Binding, ...]] = {}
        self.hops: list[Hop] = []
        self.reviews: list[Hop] = []
        self.facts: list[Fact] = []
        self.accepted = 0

    def push(self, event: Event) -> None:
        """Route by the first key, by a device when that key is new; follow tombstones."""
        at = self._route(event)
        self.accepted += 1
        self._apply(at, event)

    def _route(self, event: Event) -> int:
        for key in event.keys:
            if key in self.directory and (key == event.key or is_device(key)):
                found = self.living(holder_at(self.directory[key], event.at))
                if not (is_device(key) and belongs_to_another(self.contacts[found], event)):
                    return found
        number = (len(self.contacts) + 1) << 16
        self.contacts[number] = Contact(number)
        self.directory[event.key] = (Binding(event.at, number),)
        return number

    def living(self, number: int) -> int:
        while self.contacts[number].merged_into:
            number = self.contacts[number].merged_into
        return number

    def deliver(self, position: int, *, twice: bool) -> None:
        """One hop reaches its end and its answer comes back; what is not yet answered waits."""
        hop = self.hops.pop(position)
        answer = self._answer(hop)
        if twice:
            again = self._answer(hop)
            assert again == answer
        if answer is None:
            self.hops.append(hop)
            return
        if not self.contacts[hop.contact].merged_into:
            self._apply(hop.contact, answer)
            if twice:
                self._unchanged(hop.contact, answer)

    def _answer(self, hop: Hop) -> Message | None:
        match hop.effect:
            case ClaimKey(claim):
                return self._claim(claim, hop.contact)
            case AskYield(to, claim, via):
                question = YieldAsked(claim, hop.contact, via)
                ready = yields(self.contacts[to], question)
                return self._apply(to, question).answer if ready else None
            case Adopt(to, state, sends):
                if hop.contact in self.contacts[to].pasts:
                    return AdoptionSettled()
                return self._apply(to, Adopted(hop.contact, state, sends)).answer
            case Witness(to, seen):
                return self._apply(to, Witnessed(hop.contact, seen)).answer
        raise AssertionError(hop)

    def _claim(self, claim: Claim, contact: int) -> ClaimAnswered:
        held = self.directory.get(claim.asked, ())
        after = bound(held, claim, contact, self.now)
        if after is None:
            return ClaimAnswered(claim, held[-1].contact, held[-1].since)
        if after:
            self.directory[claim.key] = after
        return ClaimAnswered(claim, 0)

    def _apply(self, number: int, message: Message) -> Outcome:
        outcome = step(self.contacts[number], message, self.book, self.now)
        self.contacts[number] = outcome.contact
        self.facts += outcome.facts
        for effect in outcome.effects:
            if isinstance(effect, Review | ReviewOver):
                self.reviews.append(Hop(number, effect))
            else:
                self.hops.append(Hop(number, effect))
        return outcome

    def _unchanged(self, number: int, answer: Message) -> None:
        """The same answer once more: no fact, and no byte of the state is another."""
        before = self.contacts[number]
        after = step(before, answer, self.book, self.now)
        assert codec.encode(after.contact) == codec.encode(before)
        assert after.facts == []

    def settle(self, choose: Callable[[int], int], *, twice: bool) -> None:
        """Deliver until nothing is under way; a world that never comes to rest is an error."""
        for _ in range(1_000):
            if not self.hops:
                return
            self.deliver(choose(len(self.hops)), twice=twice)
        raise AssertionError(self.hops)
