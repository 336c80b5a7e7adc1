"""A batch: messages worked off together and kept by one commit.

Everything is staged here and reaches the host's memory only after the commit; a batch that fails
leaves nothing behind but the contacts it touched, which are read anew.
"""

from typing import Literal

import msgspec

from engine.domain import codec, effect, fact, message, order_key, pending
from engine.domain.contact import SEEN, Contact
from engine.domain.dedupe import forgets_early, has_seen
from engine.domain.event import Event
from engine.domain.identity import Binding, company_key, contact_id, slot_of_key
from engine.domain.message import (
    Adopted,
    Message,
    Receipt,
    Restored,
    TimerFired,
    Unmerged,
    Witnessed,
)
from engine.domain.shelf import Absent
from engine.domain.step import Outcome, step
from engine.ports.host_store import (
    CompanyRow,
    ContactRow,
    ErasingRow,
    Erasure,
    HopRow,
    LogRow,
    OutboxRow,
    QuarantineRow,
    ReviewRow,
    ShelfRow,
    SuppressionRow,
    WakeUp,
    Write,
)
from engine.replay.timeline import week_of
from engine.runtime import envelope, founding
from engine.runtime.claiming import stage_claim
from engine.runtime.memory import Memory
from engine.runtime.outbox import send_of
from engine.runtime.residents import Resident
from engine.runtime.retention import class_of
from engine.runtime.suppressions import Staged

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
        self.bulk = False
        self.detours: dict[str, None] = {}
        self.orders: set[tuple[int, bytes]] = set()
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

    def taken(self, resident: Resident, event: Event | Receipt) -> bool:
        """Whether the contact has taken this event, or what its provider told, before (a retry)."""
        seen = resident.contact.seen
        if has_seen(seen, event.fingerprint) or self._ordered(resident.contact, event):
            return True
        if resident.retries is None:
            if not forgets_early(seen, self.now, SEEN):
                return False
            resident.retries = week_of(self.log_row, resident.last, self.now)
        return event.fingerprint in resident.retries

    def _ordered(self, contact: Contact, event: Event | Receipt) -> bool:
        """Whether this is an order that the contact has, by whatever event it came."""
        if not isinstance(event, Event) or event.name != order_key.COMPLETED:
            return False
        key = order_key.order_key(event)
        if not key or not contact.orders:
            return False
        if order_key.holds(contact.orders, key):
            return True
        if not order_key.may_have_spilled(contact.orders):
            return False
        of = (contact.id, *contact.pasts)
        return any((one, key) in self.orders or self.memory.store.ordered(one, key) for one in of)

    def apply(
        self, contact: int, taken: Message, body: bytes | None = None, depth: int = 0
    ) -> Outcome:
        """Let a contact that is here consume a message: its row, its state, its effects are staged."""
        resident = self.resident(contact)
        if resident is None:
            text = f"contact {contact} is not in this store"
            raise LookupError(text)
        outcome = self.stepped(resident.contact, taken)
        if outcome.contact.shelf != resident.contact.shelf:
            self.shelves[contact] = outcome.contact.shelf or b""
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
        fact.tally(self.counters, outcome.facts)
        self.steps.append((resident, outcome, taken))
        newest = list(last)
        newest[klass] = self.next_log
        self.next_log += 1
        retries = resident.retries
        if isinstance(taken, Event):
            self.count("stored")
            if retries is not None:
                retries.add(taken.fingerprint)
        elif isinstance(taken, Receipt) and retries is not None:
            retries.add(taken.fingerprint)
        elif isinstance(taken, Adopted | Unmerged | Restored | Witnessed):
            retries = None
            if outcome.contact.pending:
                self._leave_pending(outcome.contact)
        moved = (newest[0], newest[1], newest[2], newest[3])
        self.touched[contact] = Resident(outcome.contact, moved, resident.wake, 0, retries)
        if outcome.effects:
            self._stage_effects(contact, outcome.effects, depth)
        if isinstance(taken, TimerFired):
            self.rearm(contact)
        return outcome

    def _leave_pending(self, contact: Contact) -> None:
        """What a merge has brought is to be rebuilt, also by a host that has done with that."""
        first = pending.first_of(contact.pending, self.memory.rulebook)
        self.rebuilt = min(self.rebuilt, first - 1)
        self.unrebuilt.append(contact.id)

    def stepped(self, contact: Contact, taken: Message) -> Outcome:
        """A step that asks for what the contact has collected did nothing yet: it is taken anew."""
        try:
            return step(contact, taken, self.memory.rulebook, self.now)
        except Absent:
            contact.shelf = self.memory.store.shelves([contact.id]).get(contact.id, b"")
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

    def _stage_effects(self, contact: int, effects: list[effect.Effect], depth: int) -> None:
        for asked in effects:
            match asked:
                case effect.Send():
                    self._stage_send(asked)
                case effect.KeepOrders(keys):
                    self.orders.update((contact, key) for key in keys)
                case effect.Erase(rule):
                    self.write.erasure = self.write.erasure or Erasure()
                    self.write.erasure.erasing.append(ErasingRow(contact, self.now, rule))
                case effect.Settle(key, outcome):
                    if outcome != "deferred":
                        self.settle(key)
                case effect.Review(other, key, source, message_id):
                    row = ReviewRow(contact, other, key, self.now, source, message_id)
                    self.write.reviews.append(row)
                case effect.ReviewOver(other):
                    self.write.reviews_gone.append((contact, other))
                case _:
                    self._stage_hop(contact, asked, depth)

    def _stage_hop(self, contact: int, hop: effect.Asked, depth: int) -> None:
        match hop:
            case effect.ClaimKey():
                stage_claim(self, contact, hop, depth)
            case effect.AskYield(to, _, via):
                self.hop(contact, to, depth if via else 0, hop)
            case effect.Adopt(to):
                self.hop(contact, to, depth, self._with_queued(contact, hop))
            case effect.Restore(to):
                self.hop(contact, to, 0, hop)
            case effect.Witness(to) | effect.InformMember(to):
                self.hop(contact, to, depth, hop)
            case effect.TellCompany(company):
                self.hop(contact, slot_of_key(company_key(company)), 0, hop)
            case effect.Suppress() | effect.Lift():
                hashed = hop.hashed or self.memory.suppressed.hashed(hop.address)
                told = msgspec.structs.replace(hop, address="", hashed=hashed)
                self.suppress(told)
                for host in range(self.memory.table.hosts):
                    if host != self.memory.host:
                        self.hop(contact, host, depth, told)

    def _stage_send(self, send: effect.Send) -> None:
        """With credit free the row is ``sending`` from its first commit on.

        A message decided earlier, which a merge brings, is asked about again at its hand-over.
        """
        clear = self.credit > 0 and send.at == self.now and not send.held
        clear = clear and not self.suppressed(send)
        waits: Literal["held", "queued"] = "held" if send.held > self.now else "queued"
        row = OutboxRow(
            send.key,
            send.contact,
            "sending" if clear else waits,
            0,
            max(self.now, send.held),
            envelope.encode(send),
        )
        self.outbox[send.key] = row
        if clear:
            self.credit -= 1
            self.sending.append(send.key)

    def settle(self, key: str) -> None:
        self.outbox[key] = None

    def _with_queued(self, contact: int, adopt: effect.Adopt) -> effect.Adopt:
        """The messages that a merged contact had queued go with it; those under way end here."""
        rows = self.queued(contact)
        for row in rows:
            self.settle(row.key)
        return effect.Adopt(adopt.to, adopt.state, tuple(send_of(row) for row in rows))

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
        self.hops[self.next_hop] = HopRow(
            self.next_hop, contact, to, depth + 1, envelope.encode(hop)
        )
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
        write, memory = self.write, self.memory
        wakes = self._stage_contacts()
        write.shelves = [ShelfRow(*shelf) for shelf in self.shelves.items()]
        write.directory = list(self.bindings.items())
        write.outbox_gone = [k for k, row in self.outbox.items() if not row and k in memory.outbox]
        write.outbox = [row for row in self.outbox.values() if row]
        write.hops_gone = [n for n, row in self.hops.items() if not row and n in memory.hops]
        write.hops = [row for row in self.hops.values() if row]
        write.companies = list(self.companies.values())
        write.orders = sorted(self.orders)
        suppressions = self.suppressions.changed
        write.suppressions_gone = [at for at, row in suppressions.items() if not row]
        write.suppressions = [row for row in suppressions.values() if row]
        self.count("armed", len(write.wakeups) - len(write.wakeups_gone))
        write.rebuilt = self.rebuilt
        if write.erasure is not None:
            write.directory = [entry for entry in write.directory if entry[1]]
            write.erasure.directory = [k for k in write.erasure.directory if not self.bindings[k]]
        memory.store.commit(write)
        self._remember(wakes)

    def _stage_contacts(self) -> list[WakeUp]:
        """A wake-up moves earlier at once and later only when it fires (then ``wake`` is negative)."""
        write = self.write
        for number, resident in self.touched.items():
            due, wake = resident.contact.due, resident.wake
            fired = wake < 0
            stored = -wake if fired else wake
            new = due if fired or (due and (stored == 0 or due < stored)) else stored
            if new != stored:
                if stored:
                    write.wakeups_gone.append(WakeUp(stored, number))
                if new:
                    write.wakeups.append(WakeUp(new, number))
            state = codec.encode(resident.contact)
            resident.wake, resident.size = new, len(state)
            write.contacts.append(ContactRow(number, state, resident.last, new))
        return write.wakeups

    def _remember(self, wakes: list[WakeUp]) -> None:
        memory, write = self.memory, self.write
        memory.now = self.now
        memory.next_log, memory.next_contact = self.next_log, self.next_contact
        memory.next_hop = self.next_hop
        memory.rebuilt = self.rebuilt
        memory.counters = self.counters
        memory.bindings.update(self.bindings)
        for key, row in self.outbox.items():
            memory.outbox.put(key, row)
        for number, hop in self.hops.items():
            if hop is None:
                memory.hops.pop(number, None)
            else:
                memory.hops[number] = hop
        memory.suppressed.put(self.suppressions.changed)
        memory.keep_imported(write)
        for who, number, body in write.replies:
            memory.keep_reply(who, number, body)
        for contact, resident in self.touched.items():
            memory.residents.keep(contact, resident)
        if write.erasure is not None:
            memory.erase(write.erasure)
        memory.wake(wakes)
        memory.trim()

    def abandon(self) -> None:
        """Nothing was kept; what was touched is read anew."""
        self.memory.forget(list(self.touched), list(self.bindings))
