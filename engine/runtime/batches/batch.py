"""A batch: messages worked off together and kept by one commit.

Everything is staged here and reaches the host's memory only after the commit; a batch that fails
leaves nothing behind but the contacts it touched, which are read anew.
"""

import msgspec

from engine.domain import effect, fact, message
from engine.domain.event import Event
from engine.domain.message import (
    Adopted,
    Message,
    Restored,
    TimerFired,
    Unmerged,
    Witnessed,
    imprint_of,
)
from engine.domain.profile import presence
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import Binding, contact_id
from engine.domain.rulebooks import pending
from engine.domain.runs import standing
from engine.domain.step import Outcome, step
from engine.ports.host_store import (
    CompanyRow,
    HopRow,
    LogRow,
    OutboxRow,
    QuarantineRow,
    QuotaRow,
    ReservedRow,
    SuppressionRow,
    Write,
)
from engine.runtime import envelope
from engine.runtime.batches import commit, consequences, flows, handoff_rows
from engine.runtime.batches.retention import class_of
from engine.runtime.state import founding
from engine.runtime.state.memory import Memory
from engine.runtime.state.residents import Resident
from engine.runtime.state.suppressions import Staged

REMINDING = (Adopted, Unmerged, Restored, Witnessed)
"""Messages that bring a contact what another has taken."""
MAX_DEPTH = 8
"""Hops that cause hops: past this depth they park, with the loop named. The next claim of a list is
no consequence of the one before it, nor is a claim that has to ask again because another came first."""


class Batch:
    def __init__(self, memory: Memory, credit: int = 0) -> None:
        self.memory = memory
        self.now = memory.instant()
        self.credit = credit
        self.counters = memory.counters.copy()
        self.write = Write(now=self.now, counters=self.counters)
        self.next_log = memory.next_log
        self.next_contact = memory.next_contact
        self.next_hop = memory.next_hop
        self.rebuilt = memory.rebuilt
        self.touched: dict[int, Resident] = {}
        self.bindings: dict[str, tuple[Binding, ...]] = {}
        self.outbox: dict[str, OutboxRow | None] = {}
        self.hops: dict[int, HopRow | None] = {}
        self.shelves: dict[int, bytes] = {}
        self.sending: list[str] = []
        self.suppressions = Staged(memory.suppressed)
        self.companies: dict[str, CompanyRow] = {}
        self.quotas: dict[str, QuotaRow] = {}
        self.flows: dict[flows.Flow, int] = {}
        self.bulk = False
        self.detours: dict[str, None] = {}
        self.orders: set[tuple[int, bytes]] = set()
        self.reserved: dict[bytes, ReservedRow | None] = {}
        self.unrebuilt: list[int] = []
        self.steps: list[tuple[Resident, Outcome, Message]] = []
        self.vanished: dict[int, Resident] = {}

    # --- what is there -------------------------------------------------------------------------

    def resident(self, contact: int) -> Resident | None:
        found = self.touched.get(contact) or self.memory.resident(contact)
        return found if contact not in self.vanished else None

    def holders(self, key: str) -> tuple[Binding, ...]:
        staged = self.bindings.get(key)
        if staged is not None:
            return staged
        if key not in self.memory.bindings:
            self.memory.look_up({key})
        return self.memory.bindings[key]

    def outbox_row(self, key: str) -> OutboxRow | None:
        return self.outbox[key] if key in self.outbox else self.memory.outbox.get(key)

    def hop_row(self, number: int) -> HopRow | None:
        return self.hops[number] if number in self.hops else self.memory.hops.get(number)

    def log_row(self, row: int) -> LogRow | None:
        """A row of the store, or of this batch."""
        staged = row - self.memory.next_log
        return self.write.log[staged] if staged >= 0 else self.memory.store.log_row(row)

    def suppressed(self, send: effect.Send) -> bool:
        why = self.suppressions.reason(
            send.channel, send.topic, send.address, marketing=send.marketing
        )
        return bool(why)

    # --- what comes in -------------------------------------------------------------------------

    def create(self, key: str, since: int) -> int:
        """A new contact, found by that key; its slot says where it is to live."""
        contact = contact_id(self.next_contact, founding.new_slot(self, key))
        self.next_contact += 1
        self.bind(key, (Binding(since, contact),))
        return contact

    def bind(self, key: str, bindings: tuple[Binding, ...]) -> None:
        self.bindings[key] = bindings

    def apply(
        self, contact: int, taken: Message, body: bytes | None = None, depth: int = 0
    ) -> Outcome:
        """Let a contact that is here consume a message: its row, its state, its effects are staged."""
        resident = self.resident(contact)
        if resident is None:
            text = f"contact {contact} is not in this store"
            raise LookupError(text)
        return self.consume(resident, taken, body, depth)

    def consume(
        self, resident: Resident, taken: Message, body: bytes | None = None, depth: int = 0
    ) -> Outcome:
        """See ``apply``."""
        outcome = self.stepped(resident.contact, taken)
        self.keep(resident, taken, outcome, body, depth)
        return outcome

    def keep(
        self,
        resident: Resident,
        taken: Message,
        outcome: Outcome,
        body: bytes | None = None,
        depth: int = 0,
    ) -> None:
        """Stage what came of a step that this contact has taken."""
        contact = resident.contact.id
        if outcome.contact.shelf != resident.contact.shelf:
            self.shelves[contact] = outcome.contact.shelf or b""
        if outcome.contact.handoffs or resident.contact.handoffs:
            handoff_rows.stage(self, resident.contact, outcome.contact)
        klass, last = class_of(taken), resident.last
        self.write.log.append(
            LogRow(
                self.next_log,
                contact,
                klass,
                last[klass],
                self.now,
                self.memory.rulebook.version,
                message.encode(taken) if body is None else body,
                fact.encode(outcome.facts),
            )
        )
        standing.move(self.counters, resident.contact.runs, outcome.contact.runs)
        presence.move(self.counters, resident.contact, outcome.contact)
        self.steps.append((resident, outcome, taken))
        newest = list(last)
        newest[klass] = self.next_log
        self.next_log += 1
        retries = resident.retries
        if isinstance(taken, Event):
            self.count("stored")
        if isinstance(taken, REMINDING):
            retries = None
            self._leave_unrebuilt(outcome.contact)
        elif retries is not None and (imprint := imprint_of(taken)):
            retries.add(imprint)
        moved = (newest[0], newest[1], newest[2], newest[3])
        self.touched[contact] = Resident(outcome.contact, moved, resident.wake, 0, retries)
        if outcome.effects:
            consequences.stage(self, contact, outcome.effects, depth)
        if isinstance(taken, TimerFired):
            self.rearm(contact)

    def _leave_unrebuilt(self, contact: Contact) -> None:
        """What a merge or its undoing has brought is to be rebuilt, also by a host that has done with that."""
        missing = pending.missing(contact, self.memory.rulebook)
        if not missing:
            return
        first = pending.first_of(missing, self.memory.rulebook)
        self.rebuilt = min(self.rebuilt, first - 1)
        self.unrebuilt.append(contact.id)

    def stepped(self, contact: Contact, taken: Message) -> Outcome:
        """What comes of a message, here and now."""
        return step(contact, taken, self.memory.rulebook, self.now)

    def rearm(self, contact: int) -> None:
        """The contact's wake-up fired: its row moves to where its earliest timer is now."""
        resident = self.touched.get(contact) or self.memory.residents.get(contact)
        if resident is not None:
            self.touched[contact] = Resident(
                resident.contact, resident.last, -resident.wake, 0, resident.retries
            )

    def count(self, name: str, by: int = 1) -> None:
        self.counters[name] = self.counters.get(name, 0) + by

    # --- effects -------------------------------------------------------------------------------

    def settle(self, key: str) -> None:
        self.outbox[key] = None

    def queued(self, contact: int) -> list[OutboxRow]:
        """Its messages that have not begun to leave."""
        keys = self.memory.outbox.of(contact) | {k for k, r in self.outbox.items() if r}
        rows = [row for key in sorted(keys) if (row := self.outbox_row(key))]
        return [row for row in rows if row.contact == contact and row.state == "queued"]

    def hop(self, contact: int, to: int, depth: int, hop: effect.Hop) -> None:
        if depth >= MAX_DEPTH:
            error = f"hops cause hops without end: {type(hop).__name__} to {to} at depth {depth}"
            body = envelope.encode(hop)
            self.write.quarantine.append(QuarantineRow(contact, self.now, body, error))
            return
        self.put_hop(HopRow(0, contact, to, depth + 1, envelope.encode(hop)))

    def put_hop(self, row: HopRow) -> None:
        """Under a number of its own, also one that is sent anew: each number is used once."""
        self.hops[self.next_hop] = row._replace(number=self.next_hop)
        self.next_hop += 1

    def suppress(self, asked: effect.Suppress | effect.Lift) -> list[str]:
        """Add a suppression, or lift some; the reasons that stay in what was to be lifted."""
        hashed = asked.hashed or self.memory.suppressed.hashed(asked.address)
        founding.pass_on(self, msgspec.structs.replace(asked, address="", hashed=hashed))
        if isinstance(asked, effect.Lift):
            return self.suppressions.lift(hashed, asked.scopes, asked.reasons, asked.before)
        self.suppressions.add(SuppressionRow(hashed, asked.scope, asked.reason, self.now))
        return []

    # --- commit --------------------------------------------------------------------------------

    def commit(self) -> None:
        """Durable on return; then the host's memory is what the store is."""
        commit.keep(self)

    def abandon(self) -> None:
        """Nothing was kept; what was touched is read anew."""
        self.memory.forget(list(self.touched), list(self.bindings))
