"""The slot table: which host carries which slot. 256 slots for ever; a host carries slot % hosts."""

from engine.domain.identity import SLOTS, slot_of, slot_of_key


class SlotTable:
    def __init__(self, hosts: int) -> None:
        self.hosts = hosts

    def host_of_slot(self, slot: int) -> int:
        return slot % self.hosts

    def host_of_key(self, key: str) -> int:
        return slot_of_key(key) % self.hosts

    def host_of_contact(self, contact: int) -> int:
        return slot_of(contact) % self.hosts

    def slots_of(self, host: int) -> range:
        return range(host, SLOTS, self.hosts)


def part_of(host: int) -> str:
    """The name of a host's part."""
    return f"host-{host}"
