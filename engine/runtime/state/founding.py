"""How a contact comes to a host of its own: the host that has its key in the directory founds it there.

The slot, the key's binding and the first event as a hop are one commit, so the event can be
acknowledged at once, though the contact's host may not run yet. That host takes no other event before
the hop has come: so the first event is worked off first, and by the rules that make a pooled contact.

Suppressions reach such hosts by way of the one that founded them: it hears of all, and passes them on.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.domain import message
from engine.domain.effect import Found, Lift, Suppress
from engine.domain.event import Event
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import SLOT_BITS, SLOTS, slot_of, slot_of_key
from engine.ports.host_store import ErasedRow, Erasure, SuppressionRow
from engine.runtime.state.residents import Resident

if TYPE_CHECKING:
    from engine.runtime.batches.batch import Batch

GIVEN = "dedicated"
"""Counter of a directory host: how many slots it has given."""
POOLED = "pooled"
"""Counter of a directory host: contacts that came when no slot was left."""


def new_slot(batch: "Batch", key: str) -> int:
    """One of its own for a new contact, while there are any; else its key's."""
    memory, counters = batch.memory, batch.counters
    if memory.table.dedicated:
        slot = memory.table.next_slot(memory.host, counters.get(GIVEN, 0))
        batch.count(GIVEN if slot else POOLED)
        if slot:
            return slot
    return slot_of_key(key)


def is_here(batch: "Batch", contact: int) -> bool:
    return slot_of(contact) in batch.memory.slots


def is_founded(host: int, counters: Mapping[str, int]) -> bool:
    """Whether a host that is to carry one contact has worked off its first event."""
    return host < SLOTS or "contacts" in counters or "quarantined" in counters


def admit(batch: "Batch", contact: int) -> Resident:
    """A new contact lives here."""
    batch.count("contacts")
    batch.touched[contact] = Resident(Contact(contact))
    return batch.touched[contact]


def send_to_its_host(batch: "Batch", contact: int, event: bytes) -> None:
    rows = batch.suppressions.rows()
    suppressed = tuple((row.address, row.scope, row.reason) for row in rows)
    erased = tuple((row.key, row.at, row.seen) for row in batch.memory.erased.values())
    batch.hop(0, contact, 0, Found(contact, event, suppressed, erased))


def take_in(batch: "Batch", found: Found) -> None:
    """The contact begins here. Told again, nothing changes, also when it was erased since."""
    if is_founded(batch.memory.host, batch.counters):
        return
    event = message.decode(found.event)
    assert isinstance(event, Event)  # noqa: S101 - a contact is founded by nothing else
    for address, scope, reason in found.suppressed:
        batch.suppressions.add(SuppressionRow(address, scope, reason, batch.now))
    if found.erased:
        batch.write.erasure = Erasure(erased=[ErasedRow(*row) for row in found.erased])
    batch.next_contact = (found.to >> SLOT_BITS) + 1
    admit(batch, found.to)
    batch.apply(found.to, event, found.event)
    batch.count("accepted")


def pass_on(batch: "Batch", told: Suppress | Lift) -> None:
    """To the hosts of the contacts that were founded here."""
    for slot in batch.memory.table.given(batch.memory.host, batch.counters.get(GIVEN, 0)):
        batch.hop(0, slot, 0, told)
