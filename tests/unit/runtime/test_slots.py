"""The slot table: every slot has one host, and no two hosts give the same slot."""

import pytest

from engine.domain.profile.identity import SLOTS
from engine.runtime.slots import SlotTable


@pytest.mark.parametrize("hosts", [1, 3, 256])
def test_every_slot_of_the_directory_has_one_host(hosts: int) -> None:
    table = SlotTable(hosts, dedicated=10)
    carried = [slot for host in range(hosts) for slot in table.slots_of(host)]
    assert sorted(carried) == list(range(SLOTS))
    assert all(slot in table.slots_of(table.host_of_slot(slot)) for slot in range(SLOTS))


def test_a_slot_of_its_own_is_carried_by_the_host_of_that_number() -> None:
    table = SlotTable(3, dedicated=10)
    assert table.host_of_slot(SLOTS + 7) == SLOTS + 7
    assert list(table.slots_of(SLOTS + 7)) == [SLOTS + 7]


@pytest.mark.parametrize("hosts", [1, 2, 3])
def test_the_hosts_give_each_slot_once_up_to_the_limit(hosts: int) -> None:
    table, given = SlotTable(hosts, dedicated=10), []
    for host in range(hosts):
        mine: list[int] = []
        while slot := table.next_slot(host, len(mine)):
            mine.append(slot)
        assert list(table.given(host, len(mine))) == mine
        given += mine
    assert sorted(given) == list(range(SLOTS, SLOTS + 10))


def test_where_contacts_are_pooled_there_is_no_slot_to_give() -> None:
    assert SlotTable(2).next_slot(0, 0) == 0
