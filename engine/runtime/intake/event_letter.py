"""An event from the Coordinator, in the mailbox of the host that may hold its contact."""

from engine.domain import message
from engine.domain.event import PUBLIC, Event
from engine.domain.intake.listing import wants_known
from engine.domain.merges.claim import belongs_to_another
from engine.domain.merges.union import engaged
from engine.domain.message import LedOn
from engine.domain.profile.attribute import MISFIT
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import holder_at, is_device, slot_of
from engine.runtime import envelope
from engine.runtime.batches.batch import Batch
from engine.runtime.envelope import Item, Word
from engine.runtime.rights.erasure_letter import ERASED, was_erased
from engine.runtime.state import founding, reserved
from engine.runtime.state.residents import Resident
from engine.runtime.state.retries import has_taken, was_led_on

IN_LINE = (envelope.BY_KEY, envelope.BY_HINT, envelope.BEHIND)
"""Routes of items that are asked for the first time: they come in the order of their key."""
SAID = (envelope.ACCEPTED, envelope.DUPLICATE, envelope.REJECTED)


class EventLetter:
    """One event from the Coordinator. Answers a Word. ``after`` is its parcel's."""

    __slots__ = ("after", "contacts", "event", "item", "key", "keys")

    def __init__(self, item: Item, after: int = 0) -> None:
        self.item = item
        self.after = after
        event = message.decode(item.body)
        assert isinstance(event, Event)  # noqa: S101 - the Coordinator sends nothing else
        self.event = event
        self.key = event.key
        there = bool(item.contact) and item.route != envelope.BEHIND
        self.keys: tuple[str, ...] = () if there else (self.key,)
        self.contacts: tuple[int, ...] = (item.contact,) if there else ()

    def take(self, batch: Batch) -> Word:
        item, key = self.item, self.key
        if item.route in IN_LINE and self._was_turned(batch, key):
            return Word(envelope.LATER)
        if self.contacts:
            return self._take_where_sent(batch, item.contact)
        if item.route == envelope.CREATE:
            reserved.settle(batch, self.event.fingerprint)
        elif not is_device(key) and (row := reserved.noted(batch, self.event)):
            return self._lead(batch, row.contact) if row.contact else self._try_device(batch)
        return self._take_by_key(batch, key)

    def _take_where_sent(self, batch: Batch, contact: int) -> Word:
        """What was missed here once is not found here until the Coordinator knows that it was missed."""
        word = self._take_at(batch, contact, led=self.item.route == envelope.RESERVED)
        if word.word in (envelope.MISSED, envelope.PARTED):
            batch.detours[self.key] = None
        return word

    def _lead(self, batch: Batch, contact: int) -> Word:
        """To whom it is noted for, who may not hold the key."""
        word = self._take_at(batch, contact, led=True)
        if word.word not in SAID:
            batch.detours[self.key] = None
        if word.word == envelope.MOVED:
            word.word = envelope.LED
        return word

    def _take_by_key(self, batch: Batch, key: str) -> Word:
        event, bindings = self.event, batch.holders(key)
        if not bindings:
            return self._take_new(batch, key)
        contact = holder_at(bindings, event.at)
        if not contact:
            return self._refuse_echo(batch)
        word = self._take_at(batch, contact)
        moved = word.word == envelope.MOVED and not is_device(key)
        if moved or word.word in (envelope.TRY_CREATE, envelope.PARTED):
            batch.detours[key] = None
            if len(bindings) > 1 or reserved.is_disputed(batch, key):
                word.code = envelope.DISPUTED
        return word

    def _was_turned(self, batch: Batch, key: str) -> bool:
        """Whether an earlier item of the key was sent on, and the Coordinator does not know yet."""
        return key in batch.detours or 0 < self.after <= batch.memory.turned.get(key, 0)

    def _take_new(self, batch: Batch, key: str) -> Word:
        """Nobody holds the key: perhaps the device is known already, else this is a new contact."""
        event = self.event
        if was_erased(batch.memory, event):
            return self._refuse_echo(batch)
        if self.item.route == envelope.BEHIND:
            reserved.reserve(batch, event, self.item.contact)
            return self._lead(batch, self.item.contact)
        if self._asks_device(key):
            reserved.reserve(batch, event)
            return self._try_device(batch)
        if wants_known(event):
            return _stranger(batch)
        contact = batch.create(key, event.at)
        if not founding.is_here(batch, contact):
            founding.send_to_its_host(batch, contact, self.item.body)
            return Word(envelope.ACCEPTED, contact)
        return self._keep(batch, founding.admit(batch, contact))

    def _asks_device(self, key: str) -> bool:
        by_key = self.item.route != envelope.CREATE and not is_device(key)
        return by_key and any(map(is_device, self.event.keys))

    def _try_device(self, batch: Batch) -> Word:
        batch.detours[self.key] = None
        return Word(envelope.TRY_DEVICE)

    def _take_at(self, batch: Batch, contact: int, *, led: bool = False) -> Word:
        """Follow tombstones as far as they are here; each knows what it had taken, or led on, itself."""
        via = self.item.via
        while slot_of(contact) in batch.memory.slots:
            resident = batch.resident(contact)
            if resident is None:
                return Word(envelope.TRY_CREATE if led else envelope.MISSED)
            if known := self._recall(batch, resident, led=led):
                return known
            if not resident.contact.merged_into:
                return self._take_alive(batch, resident, via, led=led)
            via, contact = contact, resident.contact.merged_into
        return Word(envelope.MOVED, contact, via=via)

    def _recall(self, batch: Batch, resident: Resident, *, led: bool) -> Word | None:
        """What was decided on the event before."""
        contact, survivor = resident.contact.id, resident.contact.merged_into
        if has_taken(batch, resident, self.event):
            batch.count("duplicates")
            return Word(envelope.DUPLICATE, survivor or contact, via=contact if survivor else 0)
        if self._may_go_on(led=led) and was_led_on(batch, resident, self.event):
            return Word(envelope.TRY_CREATE)
        return None

    def _may_go_on(self, *, led: bool) -> bool:
        """Whether who is asked may find that it is for somebody else."""
        if self.item.route == envelope.CREATE:
            return False
        return led or (len(self.event.keys) > 1 and is_device(self.key))

    def _lead_on(self, batch: Batch, resident: Resident) -> Word:
        """It is for whoever its first key belongs to; that is decided once, and remembered."""
        batch.consume(resident, LedOn(self.event.fingerprint))
        return Word(envelope.TRY_CREATE)

    def _take_alive(self, batch: Batch, resident: Resident, via: int, *, led: bool) -> Word:
        contact, key = resident.contact, self.key
        if via and via not in contact.pasts:
            return Word(envelope.PARTED)
        if is_device(key) or key in contact.keys:
            return self._take_here(batch, resident)
        if self.item.route == envelope.BY_HINT:
            return Word(envelope.MISSED)
        if not any(claim.key == key for claim in contact.claims):
            if led:
                return self._lead_on(batch, resident)
            if engaged(contact):  # the key goes with whom it is being parted from
                return Word(envelope.PARTED)
        return self._take_here(batch, resident)

    def _take_here(self, batch: Batch, resident: Resident) -> Word:
        event, contact = self.event, resident.contact
        if event.at < contact.first and was_erased(batch.memory, event):
            return self._refuse_echo(batch)
        if batch.memory.is_leaving(contact.id):
            return Word(envelope.PARTED)
        if len(event.keys) > 1 and is_device(self.key) and belongs_to_another(contact, event):
            return self._lead_on(batch, resident)
        if self.item.route == envelope.CREATE and not self._proves(contact):
            reason = "a public key joins a known contact only with a signed context.userToken"
            batch.count("refused")
            return Word(envelope.REJECTED, 0, "user_token_required", reason)
        return self._keep(batch, resident)

    def _proves(self, contact: Contact) -> bool:
        """A public key speaks for a known contact only from one of its devices."""
        if self.event.trust != PUBLIC:
            return True
        held = {*contact.keys, *(claim.key for claim in contact.claims)}
        return any(is_device(key) and key in held for key in self.event.keys)

    def _keep(self, batch: Batch, resident: Resident) -> Word:
        contact = resident.contact.id
        outcome = batch.consume(resident, self.event, self.item.body)
        batch.count("accepted")
        misfits = [one for one in outcome.facts if one.what == MISFIT] if self.event.traits else []
        if not misfits:
            return Word(envelope.ACCEPTED, contact)
        return Word(envelope.ACCEPTED, contact, MISFIT, "; ".join(one.detail for one in misfits))

    def _refuse_echo(self, batch: Batch) -> Word:
        """A retry of what was erased, or an import of it; its body is kept nowhere."""
        batch.count("refused")
        reason = "this person was erased; what came before that, and imports, are refused"
        return Word(envelope.REJECTED, 0, ERASED, reason)

    def body(self) -> bytes:
        return self.item.body

    def quarantined(self) -> Word:
        reason = "the engine failed twice on this event and set it aside; see the engine's log"
        return Word(envelope.REJECTED, 0, "quarantined", reason)


def _stranger(batch: Batch) -> Word:
    """Of a list that is for those somebody knows."""
    batch.count("refused")
    return Word(envelope.REJECTED, 0, "unknown_person", "nobody knows this person yet")
