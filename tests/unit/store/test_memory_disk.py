"""What tests and demos do with a disk in memory."""

import pytest

from engine.errors import StoreLocked
from engine.ports.host_store import Write
from engine.store.memory import MemoryHostStore
from engine.store.memory_disk import MemoryDisk


def test_a_store_whose_process_died_is_opened_by_the_next() -> None:
    disk = MemoryDisk()
    dead = MemoryHostStore(disk=disk)
    dead.open("host-0")
    dead.commit(Write(now=5))
    with pytest.raises(StoreLocked):
        MemoryHostStore(disk=disk).open("host-0")
    disk.release()
    assert MemoryHostStore(disk=disk).open("host-0")[:2] == (2, 5)


def test_a_former_owner_that_closes_does_not_unlock_its_successor() -> None:
    disk = MemoryDisk()
    former = MemoryHostStore(disk=disk)
    former.open("former")
    MemoryHostStore(disk=disk, fence_only=True).open("successor")
    former.close()
    with pytest.raises(StoreLocked, match="successor"):
        MemoryHostStore(disk=disk).open("third")
