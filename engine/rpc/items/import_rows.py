"""From an imported row to an Event, or to a Refusal that says why.

Who imports is believed: rows say nothing of a device, and need no more than one key of any kind.
"""

import re
from collections.abc import Iterable
from typing import Any, cast

import msgspec

from engine.domain.event import SERVER, Event, Kind
from engine.domain.intake.listing import JOINED
from engine.domain.profile.identity import key_of, rank_of
from engine.ports.engine import Engine, Refusal
from engine.rpc import relance_pb2 as pb
from engine.rpc.items.content import event_name
from engine.rpc.items.intake import LARGEST, LONGEST_ID
from engine.rpc.items.payload import read
from engine.rpc.items.refusal import Refused
from engine.rpc.items.vocabulary import NAMES

LONGEST = 500
MOST_KEYS = 20
_KINDS = ("track", "identify", "page", "screen")
_KEY = re.compile(rf"[A-Za-z][A-Za-z0-9_.-]{{0,63}}:[^\x00]{{1,{LONGEST}}}")


def judged(
    engine: Engine, rows: Iterable[pb.ImportRow], job: int, source: str
) -> list[Event | Refusal]:
    """One a row, in order. A row without a message id has one from the job and its line."""
    received = engine.now()
    found: list[Event | Refusal] = []
    for row in rows:
        try:
            found.append(_event(engine, row, job, source, received))
        except Refused as no:
            raw = as_json(row)[:LARGEST]
            found.append(Refusal(no.code, no.reason, raw, row.message_id[:LONGEST_ID]))
    return found


def _event(engine: Engine, row: pb.ImportRow, job: int, source: str, received: int) -> Event:
    given, properties, traits = row.message_id, row.properties, row.traits
    if len(properties) + len(traits) > LARGEST:
        raise Refused("event_too_large", f"a row has at most {LARGEST} bytes")
    if len(given) > LONGEST_ID:
        raise Refused("message_id_too_long", f"message_id: at most {LONGEST_ID} characters")
    if properties:
        read(properties, "properties")
    if traits:
        read(traits, "traits")
    kind = row.type or "track"
    if kind not in _KINDS:
        raise Refused("bad_type", f"type must be one of {', '.join(_KINDS)}")
    message_id = given or f"import-{job}-{row.line}"
    source = source if given else "import"
    return Event(
        _keys(row.keys),
        event_name(row.event) if kind == "track" or row.event == JOINED else NAMES[kind],
        cast("Kind", kind),
        message_id,
        source,
        engine.fingerprint(source, message_id),
        min(row.at, received) if row.at else received,
        received,
        properties,
        traits,
        trust=SERVER,
        live=False,
    )


def as_json(row: pb.ImportRow) -> bytes:
    """The row as whoever looks at refused ones can read it."""
    plain = {
        "line": row.line,
        "keys": list(row.keys),
        "type": row.type,
        "event": row.event,
        "at": row.at,
        "message_id": row.message_id,
        "properties": _shown(row.properties),
        "traits": _shown(row.traits),
    }
    return msgspec.json.encode({name: value for name, value in plain.items() if value})


def _shown(raw: bytes) -> Any:
    """JSON that can be read as what it says, else as the text that came."""
    try:
        return msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")


def _keys(given: Iterable[str]) -> tuple[str, ...]:
    keys = [_key(key) for key in given]
    if not keys:
        raise Refused("no_key", "a row needs a key: a user_id, an email, a phone, or another id")
    if len(keys) > MOST_KEYS:
        raise Refused("too_many_ids", f"{len(keys)} ids on one row: send at most {MOST_KEYS}")
    if len(keys) > 1:
        keys.sort(key=rank_of)
        return tuple(dict.fromkeys(keys))
    return (keys[0],)


def _key(given: str) -> str:
    if not _KEY.fullmatch(given):
        raise Refused("bad_key", f"a key is kind:value, at most {LONGEST} characters, without NUL")
    kind, _, value = given.partition(":")
    return key_of(kind, value)
