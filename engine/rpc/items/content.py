"""What an item says: its kind, the event's name, properties and traits."""

from typing import Any, NamedTuple

import msgspec

from engine.domain.language.receipt import NAMES as RESERVED
from engine.rpc.items import phone_number
from engine.rpc.items.addresses import text_of
from engine.rpc.items.item import Item, part
from engine.rpc.items.payload import read
from engine.rpc.items.refusal import Refused
from engine.rpc.items.vocabulary import CAMEL, FORMER, NAMES, traits_in_our_words

LONGEST_NAME = 200
_CAMEL = tuple(name.encode() for name in CAMEL)
_encode = msgspec.json.Encoder().encode


class Part(NamedTuple):
    """A JSON object, raw and read."""

    raw: bytes
    value: dict[str, Any]


class Content(NamedTuple):
    kind: str
    name: str
    properties: bytes
    traits: Part


NOTHING = Part(b"", {})


def of(item: Item, kind: str | None) -> Content:
    """Raises Refused."""
    given = _part(part(item.properties), "properties")
    if kind == "track":
        return Content(kind, event_name(item.event), given.raw, NOTHING)
    if kind not in NAMES:
        listed = ", ".join(("track", *NAMES))
        raise Refused("bad_type", f"type must be one of {listed}")
    traits = _part(part(item.traits), "traits")
    if kind == "identify":
        return Content(kind, NAMES[kind], given.raw, _in_our_words(traits))
    more: dict[str, Any] = {}
    if kind == "group":
        more = _group(item, traits)
    elif kind in ("page", "screen"):
        more = {what: text for what in ("name", "category") if (text := getattr(item, what))}
    return Content(kind, NAMES[kind], _with(given, more), NOTHING)


def traits_of_context(context: dict[str, Any]) -> Part:
    """RudderStack's browser library puts the traits of an identify there."""
    value = context.get("traits")
    if not isinstance(value, dict) or not value:
        return NOTHING
    renamed = traits_in_our_words(value)
    return Part(_encode(renamed), renamed)


def with_country(traits: Part, country: str) -> Part:
    """A phone number without country code is of this country."""
    changed = phone_number.with_country(traits.value, country)
    return traits if changed is traits.value else Part(_encode(changed), changed)


def _part(raw: bytes, name: str) -> Part:
    return Part(raw, read(raw, name)) if raw else NOTHING


def _in_our_words(traits: Part) -> Part:
    """The raw bytes stay as they came unless a name must change (it may be written with escapes)."""
    if not any(name in traits.raw for name in _CAMEL) and b"\\u00" not in traits.raw:
        return traits
    renamed = traits_in_our_words(traits.value)
    return Part(_encode(renamed), renamed)


def event_name(given: str | None) -> str:
    """Of a track, in our words. Raises Refused for none, and for one that only the engine gives."""
    name = (given or "").strip()
    if not name:
        raise Refused("no_event_name", "a track needs event, the name of what happened")
    if name in RESERVED:
        text = f"{name} is what becomes of a message: tell it by Receipts, with the message's key"
        raise Refused("reserved_event", text)
    if len(name) > LONGEST_NAME or "\x00" in name:
        raise Refused("bad_event_name", f"event: at most {LONGEST_NAME} characters, no NUL")
    return FORMER.get(name, name)


def _group(item: Item, traits: Part) -> dict[str, Any]:
    """The traits of a group are the group's: they stay with the event, away from the contact's."""
    group = text_of(item.group_id, "groupId")
    if not group:
        raise Refused("no_group_id", "a group needs groupId")
    return {"group_id": group, "traits": traits.value} if traits.value else {"group_id": group}


def _with(given: Part, more: dict[str, Any]) -> bytes:
    """What the item says beside its properties, as properties; the item's own win."""
    for text in more.values():
        if isinstance(text, str) and "\x00" in text:
            raise Refused("bad_text", "name and category must not have a NUL: leave it out")
    return _encode(more | given.value) if more else given.raw
