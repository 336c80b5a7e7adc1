"""What a service tells on its way out, as dicts: to protobuf, in calls of a bounded size."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from engine.errors import BadRequest
from engine.rpc import relance_pb2 as pb

MOST = 500
LARGEST = 2**20
"""Bytes of the events of one call."""

_TEXTS = {
    "type": "type",
    "event": "event",
    "userId": "user_id",
    "anonymousId": "anonymous_id",
    "previousId": "previous_id",
    "groupId": "group_id",
    "name": "name",
    "category": "category",
}
_INSTANTS = {"timestamp": "timestamp", "originalTimestamp": "timestamp", "sentAt": "sent_at"}
_OBJECTS = ("properties", "traits", "context", "integrations")
_KNOWN = {*_TEXTS, *_INSTANTS, *_OBJECTS, "messageId", "externalIds"}
_RECEIPT = {
    "id": "id",
    "message": "message",
    "outcome": "outcome",
    "at": "at",
    "url": "url",
    "userAgent": "user_agent",
    "machine": "machine",
    "soft": "soft",
    "code": "code",
    "reason": "reason",
}
_encode = msgspec.json.Encoder().encode


def event(item: Mapping[str, Any]) -> pb.Event:
    """Draws a message id where there is none, so that sending again cannot store twice.

    Raises BadRequest on a field that does not exist, and on what is no JSON.
    """
    if unknown := item.keys() - _KNOWN:
        known = ", ".join(sorted(_KNOWN))
        raise BadRequest(f"an event has no field {min(unknown)!r}; it has {known}")
    given = item.get("messageId")
    made = pb.Event(message_id=secrets.token_hex(16) if given in (None, "") else str(given))
    try:
        for source, target in _TEXTS.items():
            if (value := item.get(source)) is not None:
                setattr(made, target, str(value))
        for source, target in _INSTANTS.items():
            if value := item.get(source):
                setattr(made, target, _instant(value))
        for name in _OBJECTS:
            if (value := item.get(name)) is not None:
                setattr(made, name, _encode(value))
        for kind, value in (item.get("externalIds") or {}).items():
            made.external_ids[kind] = str(value)
    except (TypeError, ValueError, AttributeError) as error:
        raise BadRequest(f"event {made.message_id} cannot be sent: {error}") from error
    return made


def receipt(item: Mapping[str, Any]) -> pb.Receipt:
    """Raises BadRequest on a field that does not exist, or that holds something else."""
    if unknown := item.keys() - _RECEIPT:
        known = ", ".join(sorted(_RECEIPT))
        raise BadRequest(f"a receipt has no field {min(unknown)!r}; it has {known}")
    given = {_RECEIPT[name]: value for name, value in item.items() if value is not None}
    if "at" in given:
        given["at"] = _instant(given["at"])
    try:
        return pb.Receipt(**given)
    except (TypeError, ValueError) as error:
        raise BadRequest(f"a receipt of {item.get('message')!r} cannot be sent: {error}") from error


def receipt_calls(receipts: Iterable[Mapping[str, Any]]) -> Iterator[pb.ReceiptsRequest]:
    """In order, MOST a call."""
    told = [receipt(item) for item in receipts]
    for start in range(0, len(told), MOST):
        yield pb.ReceiptsRequest(receipts=told[start : start + MOST])


def calls(events: Iterable[pb.Event]) -> Iterator[pb.PushRequest]:
    """The events in order, cut at MOST events and LARGEST bytes."""
    request, size = pb.PushRequest(), 0
    for one in events:
        weight = one.ByteSize()
        if request.events and (len(request.events) == MOST or size + weight > LARGEST):
            yield request
            request, size = pb.PushRequest(), 0
        request.events.append(one)
        size += weight
    if request.events:
        yield request


def _instant(value: object) -> str:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    return str(value)
