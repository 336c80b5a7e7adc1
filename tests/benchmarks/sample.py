"""What the workload's events really do to a contact, counted on a sample with the pure core."""

import random
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from engine.clock import ManualClock, SystemClock
from engine.domain.conditions.demand import Predicate
from engine.domain.effect import ClaimKey
from engine.domain.event import Event
from engine.domain.language.condition import parts_of
from engine.domain.message import ClaimAnswered
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.since import dated
from engine.domain.step import Outcome, step
from engine.loading.definitions import load
from engine.ports.engine import Refusal
from engine.rpc.clients import outgoing
from engine.rpc.items.intake import Intake
from engine.rpc.items.surroundings import Shared
from engine.runtime.state.residents import GROWTH, OVERHEAD
from tests.benchmarks.workload import Workload

CONTACTS = 2_000
RESIDENT = 0.8
"""Share of the contacts that a host's memory holds."""


class Judge:
    """As much of an engine as turning items into events asks for."""

    @property
    def rulebooks(self) -> "Judge":
        return self

    def fingerprint(self, source: str, message_id: str) -> bytes:
        return random.Random(message_id).randbytes(6)

    def country(self) -> str:
        return ""

    def user_token_fits(self, user_id: str, token: str) -> bool:
        return False


def judged(plain: dict[str, Any], now: int) -> Event:
    """A workload event as the doors hand it to the engine."""
    found = Intake(Judge()).proto_items([outgoing.event(plain)], Shared("bench", now))[0]
    assert not isinstance(found, Refusal), found.reason
    return found


def definitions_of(workload: Workload) -> Definitions:
    with tempfile.TemporaryDirectory() as folder:
        return load(workload.write(Path(folder)))


class Sample:
    """A few contacts living through the workload. ``counts`` are those of the measured events."""

    def __init__(self, workload: Workload, definitions: Definitions) -> None:
        self._workload = workload
        self._book = Rulebook(1, dated(None, definitions, 1))
        self._clock = ManualClock(SystemClock().now())
        self.contacts = [Contact(number << 16) for number in range(1, CONTACTS + 1)]
        self._touched: dict[int, None] = {}
        self._stored = [0] * CONTACTS
        self.counts: dict[str, int] = {}
        self._watch(definitions)

    def _watch(self, definitions: Definitions) -> None:
        """Count the conditions of every segment that is asked."""
        for segment in definitions.segments:
            plan = self._book.segments[segment.segment]
            watched = self._counted(plan.holds, _leaves(segment.condition))
            msgspec.structs.force_setattr(plan, "holds", watched)

    def _counted(self, holds: Predicate, leaves: int) -> Predicate:
        def asked(contact: Contact, now: int) -> tuple[bool, int]:
            self._count("conditions", leaves)
            return holds(contact, now)

        return asked

    def _count(self, name: str, by: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + by

    def live(self, before: float, measured: float) -> dict[str, float]:
        """``before`` and ``measured`` are events a contact; answers means of the measured ones."""
        begun = int(before * CONTACTS)
        events = list(self._workload.events(CONTACTS, 0, begun + int(measured * CONTACTS)))
        for plain in events[:begun]:
            self._take(plain)
        self.counts.clear()
        for plain in events[begun:]:
            self._take(plain)
        count = len(events) - begun
        means = {name: self.counts.get(name, 0) / count for name in MEASURED}
        resident = self._resident()
        size = sum(self._bytes(contact) for contact in resident) / len(resident)
        return {**means, "state_bytes": size, "resident_cost": OVERHEAD + GROWTH * size}

    def _bytes(self, contact: Contact) -> int:
        """Of the state as its row holds it."""
        return len(codec.packed(contact, self._book.lexicon))

    def _resident(self) -> list[Contact]:
        """Those that a host would hold: the ones touched last."""
        kept = list(self._touched)[-int(RESIDENT * CONTACTS) :]
        return [self.contacts[index] for index in kept]

    def _take(self, plain: dict[str, Any]) -> None:
        self._clock.advance(10)
        event = judged(plain, self._clock.now())
        index = int(plain["anonymousId"][1:])
        self._touched.pop(index, None)
        self._touched[index] = None
        before = self.contacts[index]
        outcome = step(before, event, self._book, self._clock.now())
        self._count("score_rules", len(self._book.event(event.name).scores))
        self._count_moves(index, before, outcome)
        for fact in outcome.facts:
            if fact.what in FACTS:
                self._count(FACTS[fact.what])
        self.contacts[index] = claimed(outcome, self._book, self._clock.now())

    def _count_moves(self, index: int, before: Contact, outcome: Outcome) -> None:
        changed = before.timers.items() ^ outcome.contact.timers.items()
        self._count("timers_moved", len({owner for owner, _due in changed}))
        due, stored = outcome.contact.due, self._stored[index]
        if due and (stored == 0 or due < stored):
            self._count("wake_up_rows_moved")
            self._stored[index] = due


def claimed(outcome: Outcome, book: Rulebook, now: int) -> Contact:
    """Every key is free: the directory says yes at once."""
    contact = outcome.contact
    asked = [effect for effect in outcome.effects if isinstance(effect, ClaimKey)]
    while asked:
        outcome = step(contact, ClaimAnswered(asked.pop().claim, 0), book, now)
        contact = outcome.contact
        asked += [effect for effect in outcome.effects if isinstance(effect, ClaimKey)]
    return contact


FACTS = {"run_entered": "runs_started", "intended": "sends", "segment_entered": "segments_entered"}
MEASURED = (
    "conditions",
    "score_rules",
    "timers_moved",
    "wake_up_rows_moved",
    "runs_started",
    "sends",
    "segments_entered",
)


def _leaves(condition: Any) -> int:
    """How many single questions a condition asks."""
    parts = [part for _place, part in parts_of(condition)]
    return sum(map(_leaves, parts)) if parts else 1
