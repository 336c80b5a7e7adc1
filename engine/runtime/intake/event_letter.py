"""An event from the Coordinator, in the mailbox of the host that may hold its contact."""

from engine.domain import message
from engine.domain.event import PUBLIC, Event
from engine.domain.intake.listing import wants_known
from engine.domain.merges.claim import belongs_to_another
from engine.domain.profile.attribute import MISFIT
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import holder_at, is_device, slot_of
from engine.runtime import envelope
from engine.runtime.batches.batch import Batch
from engine.runtime.envelope import Item, Word
from engine.runtime.rights.erasure_letter import ERASED, was_erased
from engine.runtime.state import founding, reserved
from engine.runtime.state.retries import has_taken


class EventLetter:
    """One event from the Coordinator. Answers a Word. ``after`` is its parcel's."""

    __slots__ = ("after", "contacts", "event", "item", "keys")

    def __init__(self, item: Item, after: int = 0) -> None:
        self.item = item
        self.after = after
        event = message.decode(item.body)
        assert isinstance(event, Event)  # noqa: S101 - the Coordinator sends nothing else
        self.event = event
        self.keys: tuple[str, ...] = () if item.contact else (event.key,)
        self.contacts: tuple[int, ...] = (item.contact,) if item.contact else ()

    def take(self, batch: Batch) -> Word:
        event, item = self.event, self.item
        if item.route == envelope.BY_KEY and self._was_turned(batch, event.key):
            return Word(envelope.LATER)
        if item.contact:
            return self._take_by_hint(batch, item.contact)
        if item.route == envelope.CREATE:
            reserved.settle(batch, event.fingerprint)
        elif self._asks_device(event.key) and reserved.is_reserved(batch, event):
            return self._try_device(batch)
        return self._take_by_key(batch, event.key)

    def _take_by_hint(self, batch: Batch, contact: int) -> Word:
        """What was missed here once is not found here until the Coordinator knows that it was missed."""
        word = self._take_at(batch, contact)
        if word.word in (envelope.MISSED, envelope.PARTED):
            batch.detours[self.event.key] = None
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
            if reserved.is_disputed(batch, event):
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
        if self._asks_device(key):
            reserved.reserve(batch, event)
            return self._try_device(batch)
        if wants_known(event):
            return _stranger(batch)
        contact = batch.create(key, event.at)
        if not founding.is_here(batch, contact):
            founding.send_to_its_host(batch, contact, self.item.body)
            return Word(envelope.ACCEPTED, contact)
        founding.admit(batch, contact)
        return self._keep(batch, contact)

    def _asks_device(self, key: str) -> bool:
        by_key = self.item.route == envelope.BY_KEY and not is_device(key)
        return by_key and any(map(is_device, self.event.keys))

    def _try_device(self, batch: Batch) -> Word:
        batch.detours[self.event.key] = None
        disputed = reserved.is_disputed(batch, self.event)
        return Word(envelope.TRY_DEVICE, code=envelope.DISPUTED if disputed else "")

    def _take_at(self, batch: Batch, contact: int) -> Word:
        """Follow tombstones as far as they are here; each knows what it had taken itself."""
        via = self.item.via
        while slot_of(contact) in batch.memory.slots:
            resident = batch.resident(contact)
            if resident is None:
                return Word(envelope.MISSED)
            if has_taken(batch, resident, self.event):
                batch.count("duplicates")
                return Word(envelope.DUPLICATE, resident.contact.merged_into or contact)
            if resident.contact.merged_into:
                via, contact = contact, resident.contact.merged_into
                continue
            if via and via not in resident.contact.pasts:
                return Word(envelope.PARTED)
            return self._take_here(batch, resident.contact)
        return Word(envelope.MOVED, contact, via=via)

    def _take_here(self, batch: Batch, contact: Contact) -> Word:
        event = self.event
        if self.item.contact and not self._is_meant(contact):
            return Word(envelope.MISSED)
        if event.at < contact.first and was_erased(batch.memory, event):
            return self._refuse_echo(batch)
        if is_device(event.key) and belongs_to_another(contact, event):
            return Word(envelope.TRY_CREATE)
        if self.item.route == envelope.CREATE and not self._proves(contact):
            reason = "a public key joins a known contact only with a signed context.userToken"
            batch.count("refused")
            return Word(envelope.REJECTED, 0, "user_token_required", reason)
        return self._keep(batch, contact.id)

    def _is_meant(self, contact: Contact) -> bool:
        """A device's directory has sent the item here; by any other key it may be a hint that is wrong."""
        key = self.event.key
        if is_device(key) or key in contact.keys:
            return True
        return any(claim.key == key for claim in contact.claims)

    def _proves(self, contact: Contact) -> bool:
        """A public key speaks for a known contact only from one of its devices."""
        if self.event.trust != PUBLIC:
            return True
        held = {*contact.keys, *(claim.key for claim in contact.claims)}
        return any(is_device(key) and key in held for key in self.event.keys)

    def _keep(self, batch: Batch, contact: int) -> Word:
        outcome = batch.apply(contact, self.event, self.item.body)
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
