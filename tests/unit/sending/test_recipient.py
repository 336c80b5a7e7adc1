import pytest

from channels.recipient import ascii_address
from engine.errors import Refused


def test_an_international_domain_is_written_in_ascii() -> None:
    assert ascii_address("ada@bücher.example") == "ada@xn--bcher-kva.example"


def test_a_plain_address_stays_as_it_is() -> None:
    assert ascii_address("Ada.Lovelace+news@example.com") == "Ada.Lovelace+news@example.com"


@pytest.mark.parametrize(
    "address",
    ["", "ada", "ada@", "ada@example.com\r\nRCPT TO:<eve@example.com>", "ada\x00@example.com",
     "ada@example.com\n", "a da@example.com", "ada@ex ample.com", "adé@example.com",
     "ada@example.com>,<eve@example.com"],
)  # fmt: skip
def test_an_address_that_smtp_cannot_carry_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        ascii_address(address)
