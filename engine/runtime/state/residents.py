"""Contacts in memory: activated on demand, passivated least recently used first, by a byte budget."""

from collections import OrderedDict

import msgspec

from engine.domain.profile.contact import Contact
from engine.ports.host_store import ContactRow

OVERHEAD = 1_800
GROWTH = 7
"""A resident contact takes about OVERHEAD + GROWTH x the bytes of its row (measured, CPython 3.11)."""

NO_ROWS = (0, 0, 0, 0)


class Resident(msgspec.Struct, gc=False):
    """A contact with what its store row says beside the state.

    ``wake`` is the stored wake-up; ``size`` the encoded bytes of the state, ``weight`` what it is
    reckoned to take here; ``retries`` the fingerprints of the last week, filled from the
    log only when the state's own ring is too short to tell.
    """

    contact: Contact
    last: tuple[int, int, int, int] = NO_ROWS
    wake: int = 0
    size: int = 0
    retries: set[bytes] | None = None
    weight: int = 0


class Residents:
    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.bytes = 0
        self.activated = 0
        self._held: OrderedDict[int, Resident] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, contact: int) -> Resident | None:
        found = self._held.get(contact)
        if found is None:
            return None
        self._held.move_to_end(contact)
        return found

    def __contains__(self, contact: int) -> bool:
        return contact in self._held

    def keep(self, contact: int, resident: Resident) -> None:
        """Put in place of what was kept for the contact before; a new one is the most recently used."""
        before = self._held.get(contact)
        if before is None:
            self.activated += 1
        else:
            self.bytes -= before.weight
        resident.weight = weight_of(resident)
        self._held[contact] = resident
        self.bytes += resident.weight

    def drop(self, contact: int) -> None:
        gone = self._held.pop(contact, None)
        if gone is not None:
            self.bytes -= gone.weight

    def passivate(self) -> None:
        """Let the least recently used go until the budget holds. Nothing is written: the store has them."""
        while self.bytes > self.budget and len(self._held) > 1:
            _, gone = self._held.popitem(last=False)
            self.bytes -= gone.weight


def weight_of(resident: Resident) -> int:
    """Bytes of memory, about."""
    retries = len(resident.retries) * 80 if resident.retries else 0
    return OVERHEAD + GROWTH * resident.size + retries + len(resident.contact.shelf or b"")


def resident_of(row: ContactRow, contact: Contact) -> Resident:
    return Resident(contact, row.last, row.wake, len(row.state))
