"""The shelf: what a contact's events put into collections. Bounded, and apart from the hot state.

It has a row of its own, written only when it changes and read when its contact comes into memory.
Whoever has read the state alone is told that the shelf is absent (Absent), and may give it and ask
again. In the hot state there is only a summary of each collection, which most conditions make do with.
"""

from typing import Any

import msgspec

from engine.domain.profile.contact import NOTHING, Contact, Summary

Item = dict[str, Any]

LARGEST = 1e15
DIGITS = 4
"""A total is rounded, so that 3 x 19.90 is 59.70."""


class Absent(LookupError):  # noqa: N818
    """The step needs the contact's shelf; give it and ask again."""


Shelf = dict[str, list[Item]]
"""Items by collection, in the order they came."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(dict[str, list[dict[str, Any]]])


def shelf_of(contact: Contact) -> Shelf:
    """A copy of its own for the caller. Raises Absent."""
    if contact.shelf is None and contact.collections:
        raise Absent(contact.id)
    return unpacked(contact.shelf or b"")


def unpacked(raw: bytes) -> Shelf:
    """A stored shelf; empty bytes for none."""
    return _decoder.decode(raw) if raw else {}


def items_of(contact: Contact, collection: str) -> list[Item]:
    """Raises Absent; what the summary knows to be empty is not asked for."""
    if contact.collections.get(collection, NOTHING).count == 0:
        return []
    return shelf_of(contact).get(collection, [])


def holds_item(contact: Contact, collection: str, wanted: str) -> bool:
    """Whether an item has this text for one of its values, as its product id or its name. Raises Absent."""
    return any(wanted in map(str, item.values()) for item in items_of(contact, collection))


def put_back(contact: Contact, shelf: Shelf) -> None:
    """The shelf as bytes; none for an empty one."""
    filled = {name: items for name, items in shelf.items() if items}
    contact.shelf = _encoder.encode(filled) if filled else b""


def summary(items: list[Item], worth: str) -> Summary:
    """How many, how many pieces, and what they are worth together."""
    pieces, total = 0.0, 0.0
    for item in items:
        quantity = number(item.get("quantity"), 1.0)
        pieces += quantity
        total += quantity * number(item.get(worth), 0.0)
    return Summary(len(items), pieces, round(total, DIGITS))


def number(value: Any, otherwise: float) -> float:
    """A number, also one that was sent as text."""
    if type(value) is float:
        return value if abs(value) < LARGEST else otherwise
    if value is None or isinstance(value, bool):
        return otherwise
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return otherwise
    return found if abs(found) < LARGEST else otherwise
