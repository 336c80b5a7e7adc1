"""State as bytes: read back as it was, older versions upcast, newer ones refused."""

from typing import Any

import msgspec
import pytest

from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from tests.unit.domain.builders import life, scenario, score, segment, wait


def lived() -> Contact:
    """A contact that has a bit of everything."""
    ada = life(
        segment("recent", did="Ate", within="1h", at_least=1),
        segment("eater", did="Ate"),
        score("heat", {"event": "Ate", "points": 8}, half_life="1h"),
        scenario("s", {"event": "Ate"}, wait("eve", for_="1h", at="18:00")),
    )
    ada.tells(plan="gold", tags=["a", 1, None], nested={"a": {"b": 2.5}})
    ada.does("Ate", properties={"cost": 3}, zone="Europe/Berlin")
    ada.does("Came", keys=("user_id:1", "anonymous_id:d"))
    return ada.contact


def test_a_contact_is_read_back_as_it_was() -> None:
    contact = lived()
    assert codec.decode(codec.encode(contact)) == contact
    assert codec.encode(codec.decode(codec.encode(contact))) == codec.encode(contact)


def test_a_state_of_a_newer_version_is_refused() -> None:
    raw = bytes([codec.VERSION + 1]) + codec.encode(lived())[1:]
    with pytest.raises(ValueError, match=f"version {codec.VERSION + 1}"):
        codec.decode(raw)


def test_an_older_state_is_upcast_when_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def named(fields: list[Any]) -> list[Any]:
        """The version before kept the keys as one text."""
        return [fields[0], fields[1].split(), *fields[2:]]

    contact = lived()
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(contact))
    fields[1] = " ".join(contact.keys)
    monkeypatch.setitem(codec.UPCASTERS, codec.VERSION - 1, named)
    old = bytes([codec.VERSION - 1]) + msgspec.msgpack.encode(fields)
    assert codec.decode(old) == contact


def test_fields_that_came_later_have_their_defaults() -> None:
    old = bytes([codec.VERSION]) + msgspec.msgpack.encode([7, ["user_id:1"]])
    assert codec.decode(old) == Contact(id=7, keys=["user_id:1"])


def test_a_plain_contact_stays_small() -> None:
    """mautic#8261: 1.5 million contacts had 16.5 million rows, 12 KB each."""
    assert len(codec.encode(lived())) < 512
