"""Erasing a contact in the host that holds it: its rows go, what is left is only what hashes tell.

Letters, each its own commit, each of no effect when it comes again:

    LeaveLetter   whom a rule of retention has let go has not come back since
    LetGoLetter   the directory lets go of the person's keys: from here on they name somebody new
    EraseLetter   one contact goes with its log, its messages, its hops

What others' rows tell of the person is masked after that; see ``mask_letter``.

Counters keep their sums: what leaves with its rows is counted under ``gone/``, so that rows and
``gone`` together are still what the counters say.
"""

import msgspec

from engine.domain import fact, message
from engine.domain.consents.suppression import ERASURE
from engine.domain.effect import Adopt, Suppress, TellCompany
from engine.domain.event import Event
from engine.domain.fact import Fact
from engine.domain.intake import lapse, lifecycle, listing
from engine.domain.message import Receipt
from engine.domain.profile import presence
from engine.domain.profile.contact import Contact
from engine.domain.profile.dedupe import FINGERPRINT
from engine.domain.profile.identity import Binding, company_key, kind_of, slot_of_key, value_of
from engine.domain.profile.phone import e164
from engine.domain.runs import standing
from engine.ports.host_store import (
    LEAVING,
    ErasedRow,
    ErasingRow,
    Erasure,
    LogRow,
    OutboxRow,
    WakeUp,
)
from engine.replay.timeline import timeline
from engine.runtime import envelope
from engine.runtime.batches import flows, handoff_rows, quotas
from engine.runtime.batches.batch import Batch
from engine.runtime.fingerprint import key_hash
from engine.runtime.rights.traces import ADDRESSES, Person
from engine.runtime.state.memory import Memory
from engine.runtime.state.outbox import send_of
from engine.runtime.state.residents import Resident

ERASED = "erased"
GONE = "gone/"
NAMES = frozenset(
    {"name", "first_name", "last_name", "firstname", "lastname", "full_name", "username"}
)
"""Attributes that hold what a person is called."""
WISHED = (b"", LEAVING)
"""What stands in the row of a contact that is still there: a rule's wish, and that it is being done."""
REMEMBERED = 1_024
"""Fingerprints kept of one person, so that a retry that tells no time is known."""


class Found(msgspec.Struct):
    """What one host answers: more of the person, how many rows went, by table."""

    person: Person = msgspec.field(default_factory=Person)
    counts: dict[str, int] = {}


found = msgspec.msgpack.Decoder(Found)


def person_of(contact: Contact) -> Person:
    """What a contact's state tells of who it is."""
    person = Person([contact.id, *contact.pasts])
    person.keys += contact.keys
    person.addresses += [value_of(key) for key in person.keys if kind_of(key) in ADDRESSES]
    for name, value in contact.attributes.items():
        if isinstance(value, str) and value:
            into = person.addresses if name in ADDRESSES else person.values
            if name in ADDRESSES or name.lower() in NAMES:
                into += dict.fromkeys((value, e164(value) or value))
    if contact.merged_into:
        person.contacts.append(contact.merged_into)
    return person


def erasure_of(batch: Batch) -> Erasure:
    """What this batch takes away, staged."""
    if batch.write.erasure is None:
        batch.write.erasure = Erasure()
    return batch.write.erasure


def was_erased(memory: Memory, event: Event) -> bool:
    """Whether the event is an echo of somebody who was erased: older, taken before, or an import."""
    for key in event.keys if memory.erased else ():
        row = memory.erased.get(key_hash(memory.pepper, key))
        if row is not None and (event.at <= row.at or _knows(row.seen, event.fingerprint)):
            return True
    return not event.live and any(is_barred(memory, key) for key in event.keys)


def is_barred(memory: Memory, key: str) -> bool:
    """Whether the key is an address of somebody who was erased: no import brings them back."""
    if kind_of(key) not in ADDRESSES:
        return False
    row = memory.suppressed.get((memory.suppressed.hashed(value_of(key)), ""))
    return row is not None and row.reason == ERASURE


def _knows(seen: bytes, fingerprint: bytes) -> bool:
    parts = (seen[at : at + FINGERPRINT] for at in range(0, len(seen), FINGERPRINT))
    return fingerprint in parts


class LetGoLetter:
    """The keys of a person name nobody any more; what they named is known by hashes for a while.

    An earlier holder of a key that is another's now leaves a hole: an old event still finds nobody.
    """

    contacts: tuple[int, ...] = ()

    def __init__(self, person: Person, keys: tuple[str, ...]) -> None:
        self.person = person
        self.keys = keys

    def take(self, batch: Batch) -> int:
        erasure, gone = erasure_of(batch), 0
        for key in self.keys:
            held = batch.holders(key)
            if held and held[-1].contact in self.person.contacts:
                batch.bind(key, ())
                erasure.directory.append(key)
                gone += 1
            elif any(one.contact in self.person.contacts for one in held):
                batch.bind(key, tuple(self._hole(one) for one in held))
        pepper, at = batch.memory.pepper, self.person.at
        erasure.erased += [
            ErasedRow(key_hash(pepper, key), at, self.person.seen) for key in self.person.keys
        ]
        for address in self.person.addresses:
            batch.suppress(Suppress("", address, ERASURE))
        return gone

    def _hole(self, binding: Binding) -> Binding:
        mine = binding.contact in self.person.contacts
        return Binding(binding.since, 0) if mine else binding

    def body(self) -> bytes:
        return b""

    def quarantined(self) -> int:
        return 0


class EraseLetter:
    """Takes one contact away. Answers an encoded Found, the same when asked again; b"" for none."""

    keys: tuple[str, ...] = ()

    def __init__(self, contact: int, at: int, rule: str) -> None:
        self.contact = contact
        self.at = at
        self.rule = rule
        self.contacts: tuple[int, ...] = (contact,)

    def take(self, batch: Batch) -> bytes:
        asked = batch.memory.erasing.get(self.contact)
        resident = batch.resident(self.contact)
        if resident is None:
            return asked.body if asked and asked.body not in WISHED else b""
        told = Found(person_of(resident.contact), dict.fromkeys(("contact",), 1))
        rows = list(timeline(batch.log_row, resident.last))
        told.counts |= {"log": len(rows), "wakeup": int(resident.wake > 0)}
        told.counts |= {"outbox": self._end_messages(batch), "hop": self._end_hops(batch)}
        told.person.values += names_in(rows)
        self._leave_companies(batch, resident.contact)
        for ticket in resident.contact.tickets:
            quotas.give_up(batch, self.contact, ticket)
        handoff_rows.leave(batch, self.contact, {*resident.contact.handoffs})
        self._drop_orders(batch, resident.contact)
        self._count_out(batch, resident, rows)
        body = msgspec.msgpack.encode(told)
        erasure = erasure_of(batch)
        erasure.log += [row.id for row in rows]
        erasure.contacts.append(self.contact)
        erasure.erasing.append(ErasingRow(self.contact, self.at, self.rule, body))
        if resident.wake > 0:
            batch.write.wakeups_gone.append(WakeUp(resident.wake, self.contact))
        batch.touched.pop(self.contact, None)
        batch.vanished[self.contact] = resident
        return body

    def _drop_orders(self, batch: Batch, contact: Contact) -> None:
        """Of those that are a part of it; its own go with its row."""
        orders_of = batch.memory.store.orders_of
        batch.write.orders_gone += [(one, key) for one in contact.pasts for key in orders_of(one)]

    def _end_messages(self, batch: Batch) -> int:
        """Queued mail is not sent; what is under way ends without anybody to tell."""
        rows = _messages_of(batch, self.contact)
        for row in rows:
            _leave(batch, [_ended(row, batch.now)])
            batch.settle(row.key)
        return len(rows)

    def _end_hops(self, batch: Batch) -> int:
        numbers = [n for n in {*batch.memory.hops, *batch.hops} if _is_from(batch, n, self.contact)]
        for number in numbers:
            row = batch.hop_row(number)
            hop = envelope.hops.decode(row.body) if row else None
            if isinstance(hop, Adopt):
                ends = [Fact("failed", send.channel, batch.now) for send in hop.sends]
                _leave(batch, ends)
            batch.hops[number] = None
        return len(numbers)

    def _leave_companies(self, batch: Batch, contact: Contact) -> None:
        """What its companies reckon by must not count it any more."""
        at = max(contact.told + 1, batch.now)
        for key in contact.companies:
            left = TellCompany(key, contact.id, at, gone=True)
            batch.hop(contact.id, slot_of_key(company_key(key)), 0, left)

    def _count_out(self, batch: Batch, resident: Resident, rows: list[LogRow]) -> None:
        """What it still stood in it leaves; then all that it ever did is no longer in rows."""
        contact, now = resident.contact, batch.now
        ends = [Fact("segment_left", name, now) for name in contact.segments]
        ends += listing.left(contact, now)
        ends += lifecycle.left(contact, now, batch.memory.rulebook.zone)
        flows.stage(batch, ends)
        standing.move(batch.counters, contact.runs, ())
        for run in contact.runs:
            ends.append(Fact("step_out", f"{run.scenario}/{run.step}", now))
            ends.append(Fact("run_left", run.scenario, now))
        _leave(batch, ends)
        rows_left(batch.counters, rows)
        presence.move(batch.counters, contact, Contact(contact.id))
        batch.count("contacts", -1)
        batch.count(ERASED)

    def body(self) -> bytes:
        return b""

    def quarantined(self) -> bytes:
        return b""


class LeaveLetter:
    """Who was let go by a rule goes now, unless they came back meanwhile. Answers whether.

    From here on nothing new is taken for the contact: what comes waits for its keys to be free.
    """

    keys: tuple[str, ...] = ()

    def __init__(self, contact: int) -> None:
        self.contact = contact
        self.contacts: tuple[int, ...] = (contact,)

    def take(self, batch: Batch) -> bool:
        asked, resident = batch.memory.erasing.get(self.contact), batch.resident(self.contact)
        if asked is None or asked.body not in WISHED:
            return False
        rules, erasure = batch.memory.rulebook.retention, erasure_of(batch)
        if resident is None or not lapse.is_over(resident.contact, rules, batch.now):
            erasure.erasing_gone.append(self.contact)
            return False
        erasure.erasing.append(asked._replace(body=LEAVING))
        return True

    def body(self) -> bytes:
        return b""

    def quarantined(self) -> bool:
        return False


def rows_left(counters: dict[str, int], rows: list[LogRow]) -> None:
    """Count what leaves with these rows."""
    gone: dict[str, int] = {}
    for row in rows:
        fact.tally(gone, fact.decode(row.facts))
        if isinstance(message.decode_row(row.body), Event):
            gone["accepted"] = gone.get("accepted", 0) + 1
    _add_gone(counters, gone)


def _leave(batch: Batch, facts: list[Fact]) -> None:
    """Facts of a contact that is no more: counted, in no row."""
    gone: dict[str, int] = {}
    fact.tally(gone, facts)
    fact.tally(batch.counters, facts)
    _add_gone(batch.counters, gone)


def _add_gone(counters: dict[str, int], gone: dict[str, int]) -> None:
    for name, count in gone.items():
        counters[GONE + name] = counters.get(GONE + name, 0) + count


def _messages_of(batch: Batch, contact: int) -> list[OutboxRow]:
    keys = batch.memory.outbox.of(contact) | set(batch.outbox)
    rows = (batch.outbox_row(key) for key in sorted(keys))
    return [row for row in rows if row is not None and row.contact == contact]


def _ended(row: OutboxRow, now: int) -> Fact:
    return Fact("failed", send_of(row).channel, now)


def _is_from(batch: Batch, number: int, contact: int) -> bool:
    row = batch.hop_row(number)
    return row is not None and row.contact == contact


def names_in(rows: list[LogRow]) -> list[str]:
    """Names that the person had before the present one."""
    names: list[str] = []
    for row in rows:
        taken = message.decode(row.body)
        if isinstance(taken, Event) and taken.traits:
            traits = msgspec.json.decode(taken.traits)
            names += [v for k, v in traits.items() if k.lower() in NAMES and isinstance(v, str)]
    return list(dict.fromkeys(names))


def fingerprints_of(rows: list[LogRow]) -> bytes:
    taken = (message.decode(row.body) for row in rows)
    seen = [one.fingerprint for one in taken if isinstance(one, Event | Receipt)]
    return b"".join(seen[:REMEMBERED])
