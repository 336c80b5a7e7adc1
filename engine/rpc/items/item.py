"""One Segment-shaped item as it arrives, from JSON (HTTP) or protobuf (gRPC), not yet judged."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from engine.rpc import relance_pb2 as pb
from engine.rpc.items.payload import DEPTH
from engine.rpc.items.refusal import Refused

Identifier = str | int | float | None
T = TypeVar("T")
_ABSENT = b"null"


class Item(msgspec.Struct, rename="camel"):
    """Ids may be numbers, instants may be anything; the four JSON parts are raw."""

    type: str | None = None
    message_id: Identifier = None
    event: str | None = None
    user_id: Identifier = None
    anonymous_id: Identifier = None
    previous_id: Identifier = None
    group_id: Identifier = None
    name: str | None = None
    category: str | None = None
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    properties: msgspec.Raw = msgspec.Raw(_ABSENT)
    traits: msgspec.Raw = msgspec.Raw(_ABSENT)
    context: msgspec.Raw = msgspec.Raw(_ABSENT)
    integrations: msgspec.Raw = msgspec.Raw(_ABSENT)
    external_ids: dict[str, str] | None = None


_decode = msgspec.json.Decoder(Item).decode


def of_json(raw: bytes) -> Item:
    """Raises Refused when the bytes are no object of this shape."""
    return decoded(_decode, raw)


def decoded(decode: Callable[[bytes], T], raw: bytes) -> T:
    """What ``decode`` makes of the bytes. Raises Refused, which says what is wrong with them."""
    try:
        return decode(raw)
    except msgspec.ValidationError as error:
        raise Refused("bad_item", f"{error}") from None
    except RecursionError:
        raise Refused("too_deep", f"the item nests deeper than {DEPTH} levels") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused("bad_json", _why_not_json(raw, error)) from None


def _why_not_json(raw: bytes, error: Exception) -> str:
    """What the strict reader saw; a lenient one tells a bad value from a broken document."""
    try:
        json.loads(raw, parse_constant=_no_constant)
    except ValueError as broken:
        return f"the item is not JSON: {broken}"
    return f"the item has a text that is no text (half a surrogate pair?): {error}"


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def of_proto(event: pb.Event) -> Item:
    """Empty text and empty bytes mean absent."""
    return Item(
        event.type,
        event.message_id,
        event.event,
        event.user_id,
        event.anonymous_id,
        event.previous_id,
        event.group_id,
        event.name,
        event.category,
        event.timestamp,
        None,
        event.sent_at,
        msgspec.Raw(event.properties or _ABSENT),
        msgspec.Raw(event.traits or _ABSENT),
        msgspec.Raw(event.context or _ABSENT),
        msgspec.Raw(event.integrations or _ABSENT),
        dict(event.external_ids) or None,
    )


def part(raw: msgspec.Raw) -> bytes:
    """The bytes of a JSON part, empty when it is absent or null."""
    copied = bytes(raw)
    return b"" if copied == _ABSENT else copied


def as_json(event: pb.Event) -> bytes:
    """A protobuf item in the JSON shape, to keep a refused one readable and replayable."""
    plain: dict[str, Any] = {
        "type": event.type,
        "messageId": event.message_id,
        "event": event.event,
        "userId": event.user_id,
        "anonymousId": event.anonymous_id,
        "previousId": event.previous_id,
        "groupId": event.group_id,
        "name": event.name,
        "category": event.category,
        "timestamp": event.timestamp,
        "sentAt": event.sent_at,
        "externalIds": dict(event.external_ids),
    }
    for name in ("properties", "traits", "context", "integrations"):
        plain[name] = _shown(getattr(event, name))
    return json.dumps({name: value for name, value in plain.items() if value}).encode()


def _shown(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return raw.decode("utf-8", "replace")
