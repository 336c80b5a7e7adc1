"""What travels between Coordinator and hosts, as msgpack: parcels of events, hops, and their answers."""

from typing import Any

import msgspec

from engine.domain.effect import Hop
from engine.domain.message import Message

BY_KEY = 0
BY_DEVICE = 1
CREATE = 2
BY_HINT = 3
BEHIND = 4
RESERVED = 5
"""How an item is routed: by its first key; by its device key, because nobody holds the first; to the
slot of its first key, where the contact is made; past the directory, to whom its first key led before;
by its first key and, should nobody hold that, to whom an earlier item of the key is kept by; to whom the
directory has noted it for, while nobody held the key."""

ACCEPTED = 0
DUPLICATE = 1
MOVED = 2
TRY_DEVICE = 3
TRY_CREATE = 4
MISSED = 5
LATER = 6
REJECTED = 7
PARTED = 8
LED = 9
"""A host's word on one item. MOVED: the contact lives elsewhere (its id goes with it). MISSED: the
contact that was hinted at does not hold the key. LATER: an earlier item of the same key was sent on.
PARTED: the tombstone that led here is no part of this contact, not yet or no more; or the contact is
being let go, and its key will soon name nobody. LED: as MOVED, to whom the directory has noted it for."""


DISPUTED = "disputed"
"""Code of a word on where to send an item: other items of its key may have to go another way."""


class Item(msgspec.Struct, array_like=True, gc=False):
    """One encoded event; ``contact`` is the Coordinator's hint, 0 for none; ``via``: see Word."""

    body: bytes
    contact: int = 0
    route: int = BY_KEY
    via: int = 0


class Parcel(msgspec.Struct, array_like=True):
    """``number`` grows, over a Coordinator's lives too; sent again it is the same parcel.

    ``after``: the number of the parcel before it whose answer was not there yet, 0 for none.
    """

    coordinator: str
    number: int
    after: int
    items: list[Item]


class Word(msgspec.Struct, array_like=True, gc=False):
    """``contact``: where the item was stored, or must go. ``code`` and ``reason`` go with REJECTED;
    a word on where to send the item has DISPUTED or nothing. ``via``: the tombstone that leads to
    ``contact``, 0 for none."""

    word: int
    contact: int = 0
    code: str = ""
    reason: str = ""
    via: int = 0


class Question(msgspec.Struct, array_like=True):
    """A hop on its way: from which contact, to which contact id or slot."""

    number: int
    contact: int
    to: int
    depth: int
    hop: Hop


class Answer(msgspec.Struct, array_like=True):
    """``done`` without a message: nothing more to say. Not done: not yet, ask again."""

    number: int
    done: bool
    message: Message | None = None


def encode(value: Any) -> bytes:
    return msgspec.msgpack.encode(value)


parcels: msgspec.msgpack.Decoder[Parcel] = msgspec.msgpack.Decoder(Parcel)
words: msgspec.msgpack.Decoder[list[Word]] = msgspec.msgpack.Decoder(list[Word])
questions: msgspec.msgpack.Decoder[list[Question]] = msgspec.msgpack.Decoder(list[Question])
answers: msgspec.msgpack.Decoder[list[Answer]] = msgspec.msgpack.Decoder(list[Answer])
hops: msgspec.msgpack.Decoder[Hop] = msgspec.msgpack.Decoder(Hop)
