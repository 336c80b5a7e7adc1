"""Whether a contact has taken a message before: by its state's ring, by its log, by its orders."""

from typing import TYPE_CHECKING

from engine.domain.event import Event
from engine.domain.intake import order_key
from engine.domain.message import Receipt
from engine.domain.profile.contact import SEEN, Contact
from engine.domain.profile.dedupe import forgets_early, has_seen, mark_of
from engine.replay.timeline import week_of
from engine.runtime.state.residents import Resident

if TYPE_CHECKING:
    from engine.runtime.batches.batch import Batch


def has_taken(batch: "Batch", resident: Resident, event: Event | Receipt) -> bool:
    """Whether the contact has taken this event, or what its provider told, before (a retry)."""
    seen = resident.contact.seen
    if has_seen(seen, event.fingerprint) or _is_ordered(batch, resident.contact, event):
        return True
    return _of_this_week(batch, resident, event.fingerprint)


def was_led_on(batch: "Batch", resident: Resident, event: Event) -> bool:
    """Whether the contact has had this event before and has not taken it: it names somebody else."""
    mark = mark_of(event.fingerprint)
    return has_seen(resident.contact.seen, mark) or _of_this_week(batch, resident, mark)


def _of_this_week(batch: "Batch", resident: Resident, entry: bytes) -> bool:
    """By the log, where the ring alone cannot tell."""
    if resident.retries is None:
        if not forgets_early(resident.contact.seen, batch.now, SEEN):
            return False
        resident.retries = week_of(batch.log_row, resident.last, batch.now)
    return entry in resident.retries


def _is_ordered(batch: "Batch", contact: Contact, event: Event | Receipt) -> bool:
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
    return any(_is_kept(batch, one, key) for one in (contact.id, *contact.pasts))


def shared_orders(batch: "Batch", contact: Contact, other: Contact) -> tuple[bytes, ...]:
    """Orders that another contact holds, and this one had long ago: they stay its own."""
    if not order_key.may_have_spilled(contact.orders):
        return ()
    held = sorted(order_key.keys_of(other.orders))
    return tuple(key for key in held if _is_kept(batch, contact.id, key))


def _is_kept(batch: "Batch", contact: int, key: bytes) -> bool:
    """Whether the store has this order of the contact, or will have it."""
    return (contact, key) in batch.orders or batch.memory.store.ordered(contact, key)
