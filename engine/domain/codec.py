"""A contact's state as bytes: one version byte, then msgpack; older versions are upcast when read."""

from collections.abc import Callable
from copy import copy
from typing import Any

import msgspec

from engine.domain.contact import Contact
from engine.domain.shelf import Absent

VERSION = 1

UPCASTERS: dict[int, Callable[[list[Any]], list[Any]]] = {}
"""Version -> the fields of the next version, made from this one's."""

_PREFIX = bytes([VERSION])
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Contact)


def encode(contact: Contact) -> bytes:
    """The state as its row holds it: the shelf has a row of its own."""
    if contact.shelf is None:
        return _PREFIX + _encoder.encode(contact)
    bare = copy(contact)
    bare.shelf = None
    return _PREFIX + _encoder.encode(bare)


def whole(contact: Contact) -> bytes:
    """State and shelf together, as they go from one contact to another. Raises Absent."""
    if contact.shelf is None and contact.collections:
        raise Absent(contact.id)
    return _PREFIX + _encoder.encode(contact) if contact.collections else encode(contact)


def decode(raw: bytes) -> Contact:
    """Raises ValueError when the state is of a newer version than this program knows."""
    version = raw[0]
    if version == VERSION:
        return _decoder.decode(memoryview(raw)[1:])
    if version > VERSION:
        message = f"contact state of version {version}, this program knows up to {VERSION}"
        raise ValueError(message)
    fields: list[Any] = msgspec.msgpack.decode(memoryview(raw)[1:])
    for step in range(version, VERSION):
        fields = UPCASTERS[step](fields)
    return msgspec.convert(fields, Contact, strict=False)
