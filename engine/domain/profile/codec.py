"""A contact's state as bytes: one version byte, then msgpack; older versions are upcast when read.

There are two forms. The plain one can be read by anybody; so states travel and are logged. The row of
a store has the packed one: names by their numbers in the lexicon, instants as distances from the
contact's latest event. It takes the lexicon of the version that it was written under, or a later one.
"""

from collections.abc import Callable
from copy import copy
from typing import Any

import msgspec

from engine.domain.profile.contact import Contact
from engine.domain.profile.lexicon import Lexicon, Named
from engine.domain.profile.shelf import Absent

VERSION = 1

UPCASTERS: dict[int, Callable[[list[Any]], list[Any]]] = {}
"""Version -> the fields of the next version, made from this one's."""

_PREFIX = bytes([VERSION])
_PACKED = 0x80
"""Added to the version byte of the packed form."""
_PACKED_PREFIX = bytes([VERSION + _PACKED])


class _Packed(msgspec.Struct, array_like=True, gc=False):
    """``bare`` is the contact without those that follow; names and instants are told as above."""

    bare: Contact
    segments: dict[Named, int]
    timers: dict[Named, int]
    scores: dict[Named, tuple[float, int]]
    entries: dict[Named, int]
    counts: dict[int, int]
    rings: dict[int, list[int]]
    measures: dict[int, Any]
    upheld: dict[Named, int]
    wears: dict[Named, list[tuple[float, float]]]
    capped: dict[Named, list[int]]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Contact)
_unpacker = msgspec.msgpack.Decoder(_Packed)
_PLAIN = Lexicon()
_NOTHING: dict[Any, Any] = {}
"""What stands for every empty part while a state is packed: to make each anew takes the time of a real one."""


def encode(contact: Contact) -> bytes:
    """The state as its row holds it: the shelf has a row of its own."""
    if contact.shelf is None:
        return _PREFIX + _encoder.encode(contact)
    bare = copy(contact)
    bare.shelf = None
    return _PREFIX + _encoder.encode(bare)


def packed(contact: Contact, lexicon: Lexicon) -> bytes:
    """As ``encode``, packed; plain under a rulebook that was never published and has no lexicon."""
    if not lexicon.names and not lexicon.aggregates:
        return encode(contact)
    name, timer, aggregate = lexicon.of_name, lexicon.of_timer, lexicon.of_aggregate
    base, bare, no = contact.latest, copy(contact), _NOTHING
    bare.shelf = None
    bare.segments = bare.timers = bare.entries = bare.counts = bare.upheld = no
    bare.scores = bare.rings = bare.measures = bare.wears = bare.capped = no
    one = contact
    parts = _Packed(
        bare,
        {name[key]: at - base for key, at in one.segments.items()} if one.segments else no,
        {timer[key]: at - base for key, at in one.timers.items()} if one.timers else no,
        {name[key]: (v, at - base) for key, (v, at) in one.scores.items()} if one.scores else no,
        {name[key]: at - base for key, at in one.entries.items()} if one.entries else no,
        {aggregate[key]: count for key, count in one.counts.items()} if one.counts else no,
        {aggregate[key]: [at - base for at in ring] for key, ring in one.rings.items()}
        if one.rings
        else no,
        {aggregate[key]: told for key, told in one.measures.items()} if one.measures else no,
        {name[key]: at - base for key, at in one.upheld.items()} if one.upheld else no,
        {name[key]: ends for key, ends in one.wears.items()} if one.wears else no,
        {name[key]: [at - base for at in ats] for key, ats in one.capped.items()}
        if one.capped
        else no,
    )
    return _PACKED_PREFIX + _encoder.encode(parts)


def _unpacked(parts: _Packed, lexicon: Lexicon) -> Contact:
    contact = parts.bare
    name, timer, aggregate = lexicon.names, lexicon.timers, lexicon.aggregates
    base = contact.latest
    contact.segments = _since(parts.segments, name, base)
    contact.timers = _since(parts.timers, timer, base)
    contact.scores = {name[key]: (value, at + base) for key, (value, at) in parts.scores.items()}
    contact.entries = _since(parts.entries, name, base)
    contact.counts = _named(parts.counts, aggregate)
    contact.rings = _times(parts.rings, aggregate, base)
    contact.measures = _named(parts.measures, aggregate)
    contact.upheld = _since(parts.upheld, name, base)
    contact.wears = _named(parts.wears, name)
    contact.capped = _times(parts.capped, name, base)
    return contact


def _named(told: dict[Any, Any], names: dict[Any, Any]) -> dict[Any, Any]:
    """What is empty, as most parts are, stays what it is: the contact's own."""
    return {names[key]: value for key, value in told.items()} if told else told


def _since(told: dict[Any, int], names: dict[Any, Any], base: int) -> dict[Any, int]:
    return {names[key]: at + base for key, at in told.items()} if told else told


def _times(told: dict[Any, list[int]], names: dict[Any, Any], base: int) -> dict[Any, list[int]]:
    return {names[key]: [at + base for at in ats] for key, ats in told.items()} if told else told


def whole(contact: Contact) -> bytes:
    """State and shelf together, as they go from one contact to another. Raises Absent."""
    if contact.shelf is None and contact.collections:
        raise Absent(contact.id)
    return _PREFIX + _encoder.encode(contact) if contact.collections else encode(contact)


def decode(raw: bytes, lexicon: Lexicon = _PLAIN) -> Contact:
    """Either form; the packed one needs the ``lexicon``.

    Raises ValueError when the state is of a newer version than this program knows, or of a rulebook
    newer than the lexicon.
    """
    version = raw[0]
    if version == VERSION + _PACKED:
        return _unpacked(_unpacker.decode(memoryview(raw)[1:]), lexicon)
    if version == VERSION:
        return _decoder.decode(memoryview(raw)[1:])
    if version > VERSION:
        message = f"contact state of version {version}, this program knows up to {VERSION}"
        raise ValueError(message)
    fields: list[Any] = msgspec.msgpack.decode(memoryview(raw)[1:])
    for step in range(version, VERSION):
        fields = UPCASTERS[step](fields)
    return msgspec.convert(fields, Contact, strict=False)
