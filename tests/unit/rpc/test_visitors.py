"""What pages may do with a public key."""

import pytest

from engine.errors import Busy
from engine.ports.control_store import ApiKey
from engine.rpc.http.http_fault import Fault
from engine.rpc.http.visitors import BURST, Visitors

SHOP = "https://shop.example"
PUBLIC = ApiKey("k", "public", "the site", b"", 0, 0, f"{SHOP} https://m.shop.example")
NOW = 1_800_000_000_000


def test_an_address_that_sends_too_much_is_told_when_to_come_again() -> None:
    visitors = Visitors(10)
    visitors.admit(PUBLIC, SHOP, "1.2.3.4", 10 * BURST - 5, NOW)
    with pytest.raises(Busy) as told:
        visitors.admit(PUBLIC, SHOP, "1.2.3.4", 25, NOW)
    assert told.value.retry_after == pytest.approx(2.0)
    visitors.admit(PUBLIC, SHOP, "1.2.3.4", 25, NOW + 2_000)


def test_each_address_has_a_bucket_of_its_own() -> None:
    visitors = Visitors(1)
    visitors.admit(PUBLIC, SHOP, "1.2.3.4", BURST, NOW)
    visitors.admit(PUBLIC, SHOP, "5.6.7.8", BURST, NOW)
    with pytest.raises(Busy):
        visitors.admit(PUBLIC, SHOP, "1.2.3.4", 1, NOW)


def test_a_batch_larger_than_the_bucket_passes_when_the_bucket_is_full() -> None:
    visitors = Visitors(1)
    visitors.admit(PUBLIC, SHOP, "1.2.3.4", 1_000, NOW)
    with pytest.raises(Busy):
        visitors.admit(PUBLIC, SHOP, "1.2.3.4", 1, NOW)


def test_only_the_pages_that_a_key_is_for_may_use_it() -> None:
    visitors = Visitors(0)
    visitors.admit(PUBLIC, "https://m.shop.example", "1.2.3.4", 1, NOW)
    visitors.admit(PUBLIC, "", "1.2.3.4", 1, NOW)
    with pytest.raises(Fault, match=r"is not for pages of https://evil\.example"):
        visitors.admit(PUBLIC, "https://evil.example", "1.2.3.4", 1, NOW)


def test_a_server_is_not_held_up() -> None:
    server = PUBLIC._replace(kind="server")
    Visitors(1).admit(server, "https://evil.example", "1.2.3.4", 1_000_000, NOW)
