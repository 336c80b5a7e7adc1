"""Erased persons in what a host holds of others: each place found is put anew without them."""

import msgspec

from engine.domain.effect import ClaimKey
from engine.domain.profile import codec, presence
from engine.domain.profile.identity import slot_of_key
from engine.ports.host_store import HopRow
from engine.runtime import envelope
from engine.runtime.batches import handoff_rows
from engine.runtime.batches.batch import Batch
from engine.runtime.rights.erasure_letter import erasure_of
from engine.runtime.rights.party import Party, Whose


class MaskLetter:
    """Rows and states of others, by their numbers, and whom they mention: as they are by now."""

    keys: tuple[str, ...] = ()

    def __init__(self, party: Party, rows: Whose, contacts: Whose) -> None:
        self.party = party
        self.rows = rows
        self.states = contacts
        self.contacts: tuple[int, ...] = tuple(contacts)

    def take(self, batch: Batch) -> None:
        mask = self.party.mask
        for number, whose in self.rows.items():
            if row := batch.log_row(number):
                masked = row._replace(body=mask(row.body, whose), facts=mask(row.facts, whose))
                erasure_of(batch).log_masked.append(masked)
        for number, whose in self.states.items():
            resident = batch.resident(number)
            if resident is not None:
                contact = codec.decode(mask(codec.encode(resident.contact), whose))
                handoff_rows.stage(batch, resident.contact, contact)
                presence.move(batch.counters, resident.contact, contact)
                batch.touched[number] = msgspec.structs.replace(resident, contact=contact)

    def body(self) -> bytes:
        return b""

    def quarantined(self) -> None:
        return None


class Work(msgspec.Struct):
    """What is unfinished or set aside and mentions persons, by its keys."""

    outbox: dict[str, set[int]] = {}
    hops: Whose = {}
    reserved: list[bytes] = []
    quarantine: Whose = {}
    reviews: dict[tuple[int, int], set[int]] = {}


class WorkMaskLetter:
    """Messages and hops are masked; the rest goes."""

    keys: tuple[str, ...] = ()
    contacts: tuple[int, ...] = ()

    def __init__(self, party: Party, work: Work) -> None:
        self.party = party
        self.work = work

    def take(self, batch: Batch) -> None:
        mask = self.party.mask
        for key, whose in self.work.outbox.items():
            if row := batch.outbox_row(key):
                batch.outbox[key] = row._replace(body=mask(row.body, whose))
        for number, whose in self.work.hops.items():
            if hop := batch.hop_row(number):
                batch.hops[number] = None
                self._ask_again(batch, hop, mask(hop.body, whose))
        batch.reserved.update(dict.fromkeys(self.work.reserved))
        erasure_of(batch).quarantine += self.work.quarantine
        batch.write.reviews_gone += self.work.reviews

    def _ask_again(self, batch: Batch, row: HopRow, body: bytes) -> None:
        """A key that is masked belongs to another slot."""
        hop = envelope.hops.decode(body)
        to = slot_of_key(hop.claim.key) if isinstance(hop, ClaimKey) else row.to
        batch.put_hop(row._replace(to=to, body=body))

    def body(self) -> bytes:
        return b""

    def quarantined(self) -> None:
        return None


class DoneLetter:
    """Nothing is left to look for: what was noted for that goes too."""

    keys: tuple[str, ...] = ()
    contacts: tuple[int, ...] = ()

    def __init__(self, contacts: list[int]) -> None:
        self.done = contacts

    def take(self, batch: Batch) -> None:
        held = [one for one in self.done if one in batch.memory.erasing]
        erasure_of(batch).erasing_gone += held

    def body(self) -> bytes:
        return b""

    def quarantined(self) -> None:
        return None
