"""What the body of an HTTP request holds: the items, each still raw, and what they share.

One bad item must not cost its batch: where the strict reader stops at something that is nearly
JSON (NaN, half a surrogate pair), a lenient one splits the batch and the bad item is refused alone.
"""

import json
from http import HTTPStatus
from typing import Any

import msgspec

from engine.rpc.http.http_fault import Fault
from engine.rpc.items.item import part
from engine.rpc.items.payload import read
from engine.rpc.items.refusal import Refused
from engine.rpc.items.surroundings import Shared

_ABSENT = msgspec.Raw(b"null")


class Envelope(msgspec.Struct, rename="camel"):
    """The body of /v1/batch."""

    batch: list[msgspec.Raw]
    write_key: str | None = None
    timestamp: Any = None
    sent_at: Any = None
    context: msgspec.Raw = _ABSENT
    integrations: msgspec.Raw = _ABSENT


class _Single(msgspec.Struct, rename="camel"):
    """As much of a single item as is needed before it is judged."""

    write_key: str | None = None


_batch = msgspec.json.Decoder(Envelope).decode
_single = msgspec.json.Decoder(_Single).decode


def batch_of(body: bytes) -> Envelope:
    """Raises Fault ``bad_json`` with the position, or ``bad_batch``."""
    try:
        return _batch(body)
    except msgspec.ValidationError as error:
        raise Fault(HTTPStatus.BAD_REQUEST, "bad_batch", f"{error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _split(_leniently(body))


def single_of(body: bytes) -> Envelope:
    """One item, as a batch of one. Raises Fault."""
    try:
        return Envelope([msgspec.Raw(body)], _single(body).write_key)
    except msgspec.ValidationError as error:
        raise Fault(HTTPStatus.BAD_REQUEST, "bad_item", f"{error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        document = _leniently(body)
        return Envelope([_raw(document)], _text(document.get("writeKey")))


def shared_of(
    envelope: Envelope, source: str, received: int, *, public: bool, ip: str, agent: str = ""
) -> Shared:
    """Raises Fault when what the batch shares is no JSON object."""
    context, integrations = part(envelope.context), part(envelope.integrations)
    try:
        return Shared(
            source,
            received,
            public,
            ip,
            read(context, "context") if context else {},
            read(integrations, "integrations") if integrations else {},
            envelope.timestamp,
            envelope.sent_at,
            len(context) + len(integrations),
            agent,
        )
    except Refused as no:
        raise Fault(HTTPStatus.BAD_REQUEST, no.code, f"the batch's {no.reason}") from None


def _leniently(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except RecursionError:
        raise Fault(HTTPStatus.BAD_REQUEST, "too_deep", "the body nests too deep") from None
    except ValueError as error:
        raise Fault(HTTPStatus.BAD_REQUEST, "bad_json", f"not JSON: {error}") from None
    if not isinstance(document, dict):
        raise Fault(HTTPStatus.BAD_REQUEST, "bad_json", "the body must be a JSON object")
    return document


def _split(document: dict[str, Any]) -> Envelope:
    batch = document.get("batch")
    if not isinstance(batch, list):
        raise Fault(HTTPStatus.BAD_REQUEST, "bad_batch", "batch must be a list of events")
    return Envelope(
        [_raw(item) for item in batch],
        _text(document.get("writeKey")),
        document.get("timestamp"),
        document.get("sentAt"),
        _raw(document.get("context")),
        _raw(document.get("integrations")),
    )


def _raw(value: Any) -> msgspec.Raw:
    """Back to bytes: what is no JSON stays so, and is refused with its item."""
    return msgspec.Raw(json.dumps(value, separators=(",", ":")).encode())


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
