"""``order_id`` is a key for ever: an order counts once, whether it came live, by import or by both.

The contact holds the keys of its last orders; those of earlier ones go to the host's store, so that
the state stays small. Keys are hashes of six bytes: of a million orders of one contact two would be
taken for the same once in five hundred.
"""

from hashlib import blake2b
from typing import Any

import msgspec

from engine.domain.effect import KeepOrders
from engine.domain.event import Event
from engine.domain.intake.turn import Turn
from engine.domain.profile.contact import Contact

COMPLETED = "Order Completed"
SIZE = 6
HELD = 48
"""Keys that a contact holds itself."""
MOVED = 24
"""Keys that go to the store at once, the oldest first, when there are more."""


class _Order(msgspec.Struct):
    order_id: Any = None


_decode = msgspec.json.Decoder(_Order).decode


def order_key(event: Event) -> bytes:
    """Empty when the event is no completed order, or does not say which."""
    if event.name != COMPLETED or not event.properties:
        return b""
    order = _decode(event.properties).order_id
    if isinstance(order, bool) or not isinstance(order, str | int):
        return b""
    text = str(order).strip()
    return blake2b(text.encode("utf-8", "replace"), digest_size=SIZE).digest() if text else b""


def holds(keys: bytes, key: bytes) -> bool:
    found = keys.find(key)
    while found >= 0:
        if found % SIZE == 0:
            return True
        found = keys.find(key, found + 1)
    return False


def may_have_spilled(keys: bytes) -> bool:
    """Whether earlier keys of this contact may be in the store."""
    return len(keys) > (HELD - MOVED) * SIZE


def remember(turn: Turn, event: Event) -> None:
    """The event's order is this contact's from here on."""
    key = order_key(event)
    if key and not holds(turn.contact.orders, key):
        turn.contact.orders += key
        _spill(turn)


def join(turn: Turn, other: Contact, earlier: tuple[bytes, ...] = ()) -> None:
    """After a merge the orders of both are the survivor's; ``earlier`` go to the store, as the other's."""
    if earlier:
        turn.effects.append(KeepOrders(earlier, other.id))
    mine = turn.contact.orders
    taken = (other.orders[at : at + SIZE] for at in range(0, len(other.orders), SIZE))
    turn.contact.orders = b"".join(key for key in taken if not holds(mine, key)) + mine
    _spill(turn)


def keys_of(orders: bytes) -> set[bytes]:
    return {orders[at : at + SIZE] for at in range(0, len(orders), SIZE)}


def _spill(turn: Turn) -> None:
    orders = turn.contact.orders
    while len(orders) > HELD * SIZE:
        cut = MOVED * SIZE
        keys = tuple(orders[at : at + SIZE] for at in range(0, cut, SIZE))
        turn.effects.append(KeepOrders(keys))
        orders = orders[cut:]
    turn.contact.orders = orders
