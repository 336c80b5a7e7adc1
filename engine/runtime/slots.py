"""The slot table: which host carries which slot.

Slots 0 to 255 hold the key directory and pooled contacts: of h hosts, a host carries each h-th slot,
for ever. Where contacts are dedicated, a new one gets a slot of its own, from 256 on, and with it a
host of that number. The host in whose directory it is found gives that slot: each h-th one too, so
that no two ever give the same.
"""

from engine.domain.profile.identity import SLOTS, slot_of, slot_of_key


class SlotTable:
    """``dedicated``: how many contacts may have a host of their own; 0 where all are pooled."""

    def __init__(self, hosts: int, dedicated: int = 0) -> None:
        self.hosts = hosts
        self.dedicated = dedicated

    def host_of_slot(self, slot: int) -> int:
        return slot % self.hosts if slot < SLOTS else slot

    def host_of_key(self, key: str) -> int:
        return slot_of_key(key) % self.hosts

    def host_of_contact(self, contact: int) -> int:
        return self.host_of_slot(slot_of(contact))

    def slots_of(self, host: int) -> range:
        return range(host, SLOTS, self.hosts) if host < SLOTS else range(host, host + 1)

    def next_slot(self, host: int, given: int) -> int:
        """The slot for the next contact of a directory host that has given so many; 0 when none is left."""
        slot = SLOTS + host + given * self.hosts
        return slot if slot < SLOTS + self.dedicated else 0

    def given(self, host: int, given: int) -> range:
        """The slots that a directory host has given; a limit that was lowered since takes none back."""
        return range(SLOTS + host, SLOTS + host + given * self.hosts, self.hosts)


def part_of(host: int) -> str:
    """The name of a host's part."""
    return f"host-{host}"
