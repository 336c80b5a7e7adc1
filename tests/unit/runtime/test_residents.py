"""Residents: contacts in memory, and who goes when there is no room."""

from engine.domain.profile.contact import Contact
from engine.runtime.state.residents import Resident, Residents, weight_of


def resident(number: int, size: int = 100) -> Resident:
    return Resident(Contact(number), size=size)


def test_the_contact_that_was_used_least_recently_goes_first() -> None:
    held = Residents(2 * weight_of(resident(1)))
    for number in (1, 2):
        held.keep(number, resident(number))
    held.get(1)
    held.keep(3, resident(3))
    held.passivate()
    assert [number for number in (1, 2, 3) if number in held] == [1, 3]


def test_one_contact_stays_however_small_the_budget() -> None:
    held = Residents(0)
    held.keep(1, resident(1))
    held.passivate()
    assert len(held) == 1


def test_the_bytes_are_those_of_the_contacts_that_are_held() -> None:
    held = Residents(1 << 20)
    held.keep(1, resident(1, 100))
    held.keep(1, resident(1, 900))
    held.keep(2, resident(2))
    held.drop(2)
    held.drop(7)
    assert held.bytes == weight_of(resident(1, 900))


def test_a_contact_that_is_put_back_was_activated_once() -> None:
    held = Residents(1 << 20)
    for _ in range(3):
        held.keep(1, resident(1))
    held.drop(1)
    held.keep(1, resident(1))
    assert held.activated == 2


def test_remembered_retries_weigh_too() -> None:
    light, heavy = resident(1), resident(1)
    heavy.retries = {bytes(6)}
    assert weight_of(heavy) > weight_of(light)
