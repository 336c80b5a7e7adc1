"""Keys and ids: how they are written, ranked and placed."""

import pytest

from engine.domain.profile.identity import (
    SLOTS,
    contact_id,
    is_device,
    key_of,
    kind_of,
    rank_of,
    slot_of,
    slot_of_key,
    value_of,
)


def test_an_email_is_compared_without_case_and_blanks_and_nothing_else_is() -> None:
    assert key_of("email", " Ada@Example.COM ") == "email:ada@example.com"
    assert key_of("user_id", " Ada ") == "user_id: Ada "


def test_a_value_may_hold_colons() -> None:
    assert (kind_of("crm:a:b"), value_of("crm:a:b")) == ("crm", "a:b")


def test_keys_rank_in_the_order_of_the_design() -> None:
    keys = ["anonymous_id:1", "phone:1", "email:1", "crm:1", "user_id:1"]
    assert sorted(keys, key=rank_of) == keys[::-1]
    assert [key for key in keys if is_device(key)] == ["anonymous_id:1"]


@pytest.mark.parametrize(
    ("key", "slot"),
    [("123456789", 0xCBF43926 % SLOTS), ("user_id:42", 28), ("user_id:\ud800", 126)],
)
def test_a_key_has_the_same_slot_in_every_process(key: str, slot: int) -> None:
    """The first is the check value that the standard gives for CRC-32."""
    assert slot_of_key(key) == slot


def test_a_contact_id_carries_its_slot_and_grows_with_its_number() -> None:
    assert slot_of(contact_id(7, 255)) == 255
    assert contact_id(8, 0) > contact_id(7, SLOTS - 1)
