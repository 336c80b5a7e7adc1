"""The commit of a batch: its rows made durable, then the host's memory made what the store is."""

from typing import TYPE_CHECKING

from engine.domain.fact import tally
from engine.domain.profile import codec
from engine.ports.host_store import ContactRow, ShelfRow, WakeUp
from engine.runtime.batches import flows

if TYPE_CHECKING:
    from engine.runtime.batches.batch import Batch


def keep(batch: "Batch") -> None:
    """Durable on return; a store that fails leaves the memory as it was."""
    write, memory = batch.write, batch.memory
    facts = [fact for _, outcome, _ in batch.steps for fact in outcome.facts]
    tally(batch.counters, facts)
    flows.stage(batch, facts)
    wakes = _contacts(batch)
    write.shelves = [ShelfRow(*shelf) for shelf in batch.shelves.items()]
    write.directory = list(batch.bindings.items())
    write.outbox_gone = [k for k, row in batch.outbox.items() if not row and k in memory.outbox]
    write.outbox = [row for row in batch.outbox.values() if row]
    write.hops_gone = [n for n, row in batch.hops.items() if not row and n in memory.hops]
    write.hops = [row for row in batch.hops.values() if row]
    write.companies = list(batch.companies.values())
    write.quotas = list(batch.quotas.values())
    write.orders = sorted(batch.orders)
    write.flows = flows.rows(batch.flows)
    write.reserved_gone = [one for one, row in batch.reserved.items() if row is None]
    write.reserved = [row for row in batch.reserved.values() if row is not None]
    suppressions = batch.suppressions.changed
    write.suppressions_gone = [at for at, row in suppressions.items() if not row]
    write.suppressions = [row for row in suppressions.values() if row]
    batch.count("armed", len(write.wakeups) - len(write.wakeups_gone))
    write.rebuilt = batch.rebuilt
    if write.erasure is not None:
        write.directory = [entry for entry in write.directory if entry[1]]
        write.erasure.directory = [k for k in write.erasure.directory if not batch.bindings[k]]
    memory.store.commit(write)
    _remember(batch, wakes)


def _contacts(batch: "Batch") -> list[WakeUp]:
    """A wake-up moves earlier at once and later only when it fires (then ``wake`` is negative)."""
    write, lexicon = batch.write, batch.memory.rulebook.lexicon
    for number, resident in batch.touched.items():
        due, wake = resident.contact.due, resident.wake
        fired = wake < 0
        stored = -wake if fired else wake
        new = due if fired or (due and (stored == 0 or due < stored)) else stored
        if new != stored:
            if stored:
                write.wakeups_gone.append(WakeUp(stored, number))
            if new:
                write.wakeups.append(WakeUp(new, number))
        state = codec.packed(resident.contact, lexicon)
        resident.wake, resident.size = new, len(state)
        write.contacts.append(ContactRow(number, state, resident.last, new))
    return write.wakeups


def _remember(batch: "Batch", wakes: list[WakeUp]) -> None:
    memory, write = batch.memory, batch.write
    memory.now = batch.now
    memory.next_log, memory.next_contact = batch.next_log, batch.next_contact
    memory.next_hop = batch.next_hop
    memory.rebuilt = batch.rebuilt
    memory.counters = batch.counters
    memory.bindings.update(batch.bindings)
    for key, row in batch.outbox.items():
        memory.outbox.put(key, row)
    for number, hop in batch.hops.items():
        if hop is None:
            memory.hops.pop(number, None)
        else:
            memory.hops[number] = hop
    for fingerprint, noted in batch.reserved.items():
        memory.reserved.put(fingerprint, noted)
    memory.suppressed.put(batch.suppressions.changed)
    memory.flows.update(batch.flows)
    memory.keep_imported(write)
    for who, number, body in write.replies:
        memory.keep_reply(who, number, body)
    for contact, resident in batch.touched.items():
        memory.residents.keep(contact, resident)
    if write.erasure is not None:
        memory.erase(write.erasure)
    memory.wake(wakes)
    memory.trim()
