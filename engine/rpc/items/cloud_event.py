"""A CloudEvent (CNCF specification 1.0, JSON format) as an item.

``com.relance.track`` and the like carry a Segment-shaped item in ``data``; an event of any other type
is a track of that name, ``data`` its properties. ``subject``, else ``partitionkey``, is the user id;
the extension ``anonymousid`` the anonymous id.
"""

from hashlib import sha256
from typing import Any

import msgspec

from engine.rpc.items.intake import LONGEST_ID
from engine.rpc.items.item import Item, decoded, of_json, part
from engine.rpc.items.payload import read
from engine.rpc.items.refusal import Refused
from engine.rpc.items.vocabulary import NAMES

PREFIX = "com.relance."
VERSION = "1.0"
_KINDS = frozenset({"track", *NAMES})
_ABSENT = msgspec.Raw(b"null")
_NOT_CONTEXT = ("data", "id", "time", "specversion")


class CloudEvent(msgspec.Struct):
    """The attributes that mean something here; the others are kept in the context."""

    id: str = ""
    source: str = ""
    specversion: str = ""
    type: str = ""
    subject: str | None = None
    partitionkey: str | None = None
    anonymousid: str | None = None
    time: str | None = None
    data: msgspec.Raw = _ABSENT
    data_base64: str | None = None


_event = msgspec.json.Decoder(CloudEvent).decode
_attributes = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def item_of(raw: bytes) -> Item:
    """Raises Refused."""
    event = decoded(_event, raw)
    _check(event)
    said = {
        name: value for name, value in decoded(_attributes, raw).items() if name not in _NOT_CONTEXT
    }
    kind = event.type.removeprefix(PREFIX)
    if event.type.startswith(PREFIX) and kind in _KINDS:
        item = of_json(bytes(event.data))
        item.type = kind
    else:
        item = Item("track", event=event.type, properties=event.data)
    item.message_id = _message_id(event)
    item.user_id = item.user_id or event.subject or event.partitionkey
    item.anonymous_id = item.anonymous_id or event.anonymousid
    item.timestamp = item.timestamp or event.time
    item.context = _context(item, said)
    return item


def _check(event: CloudEvent) -> None:
    if event.specversion != VERSION:
        given = event.specversion or "absent"
        raise Refused("bad_cloudevent", f"specversion is {given}: send {VERSION}")
    for name in ("id", "source", "type"):
        if not getattr(event, name).strip():
            raise Refused("bad_cloudevent", f"a CloudEvent needs {name}, not empty")
    if event.data_base64 is not None:
        raise Refused("bad_data", "data must be a JSON object, not bytes")


def _message_id(event: CloudEvent) -> str:
    """An id is unique within its source."""
    plain = f"{event.source}#{event.id}"
    if len(plain) <= LONGEST_ID and "#" not in event.source:
        return plain
    both = msgspec.json.encode((event.source, event.id))
    return f"ce-{sha256(both).hexdigest()}"


def _context(item: Item, said: dict[str, Any]) -> msgspec.Raw:
    raw = part(item.context)
    own = read(raw, "context") if raw else {}
    return msgspec.Raw(msgspec.json.encode(own | {"cloudevent": said}))
