"""A host's part in an export: pages of its contacts or of its log, a few milliseconds each."""

import time
from collections.abc import Iterator
from typing import Any

import msgspec

from engine.domain import message
from engine.domain.event import Event
from engine.domain.message import Receipt
from engine.domain.profile import codec
from engine.domain.profile.attribute import CONSENT
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import RANK, key_of, kind_of, rank_of, value_of
from engine.ports.bulk import ExportAsked, Page
from engine.ports.host_store import HostStore, LogRow
from engine.runtime.state.memory import Memory

AT_ONCE = 200
"""Rows read at a time."""
SLICE = 0.004
"""Seconds after which a page ends: events wait no longer for it."""
_encode = msgspec.json.Encoder().encode


def page(memory: Memory, asked: ExportAsked, after: int) -> Page:
    """The rows after ``after``, which is a contact's id or a log row's, as far as the slice reaches."""
    store, lexicon = memory.store, memory.rulebook.lexicon
    end = time.perf_counter() + SLICE
    found: list[bytes] = []
    if asked.kind == "contacts":
        for row in (rows := store.all_contacts(after, AT_ONCE)):
            after = row.id
            contact = codec.decode(row.state, lexicon)
            if _wanted(contact, asked):
                found.append(_encode(contact_row(contact)))
            if time.perf_counter() > end:
                return Page(found, after, more=True)
        return Page(found, after, more=len(rows) == AT_ONCE)
    after = after or _first_since(store, asked.since)
    told = event_row if asked.kind == "events" else message_row
    for line in (lines := store.log(after, AT_ONCE)):
        after = line.id
        made = told(line)
        if made is not None:
            found.append(_encode(made))
        if time.perf_counter() > end:
            return Page(found, after, more=True)
    return Page(found, after, more=len(lines) == AT_ONCE)


def _wanted(contact: Contact, asked: ExportAsked) -> bool:
    if contact.merged_into or contact.latest < asked.since:
        return False
    if asked.list and asked.list not in contact.lists:
        return False
    return not asked.segment or asked.segment in contact.segments


def contact_row(contact: Contact) -> dict[str, Any]:
    """Flat, with the columns that an import knows: it brings back keys, attributes and consents."""
    row: dict[str, Any] = {}
    for column, value in _keys(contact):
        row[column] = [*row[column], value] if column in row else [value]
    row = {column: found[0] if len(found) == 1 else found for column, found in row.items()}
    for name, value in sorted(contact.attributes.items()):
        if name in ADDRESSES and key_of(name, str(value)) in contact.keys:
            row[name] = value
        elif not name.startswith(CONSENT) or name.removeprefix(CONSENT) not in contact.consents:
            row[f"attribute.{name}" if _is_taken(name) else name] = value
    for subject, consent in sorted(contact.consents.items()):
        row[f"{CONSENT}{subject}"] = consent.granted
    return row


ADDRESSES = ("email", "phone")
_TAKEN = frozenset({*RANK, "timestamp", "message_id"})
"""Columns that are no attributes."""


def _is_taken(name: str) -> bool:
    return name in _TAKEN or name.startswith(("key.", "attribute.", CONSENT))


def _keys(contact: Contact) -> Iterator[tuple[str, str]]:
    """An address that is an attribute too stands there alone, as it was written; else the first key does."""
    known = {kind: key_of(kind, str(contact.attributes.get(kind, ""))) for kind in ADDRESSES}
    for key in sorted(contact.keys, key=rank_of):
        kind, value = kind_of(key), value_of(key)
        if kind in ("user_id", "anonymous_id"):
            yield kind, value
        elif known.get(kind) != key:
            first = kind in ADDRESSES and known[kind] not in contact.keys
            yield kind if first else f"key.{kind}", value
            if first:
                known[kind] = key


def event_row(row: LogRow) -> dict[str, Any] | None:
    """An event as an import takes it; None for what is none."""
    event = message.decode_row(row.body)
    if not isinstance(event, Event):
        return None
    told: dict[str, Any] = {"contact": row.contact, "type": event.kind, "event": event.name}
    told |= {"timestamp": event.at, "message_id": event.message_id, "source": event.source}
    for key in event.keys:
        kind = kind_of(key)
        column = kind if kind in RANK and kind != "external_id" else f"key.{kind}"
        told.setdefault(column, value_of(key))
    if event.properties:
        told["properties"] = msgspec.Raw(event.properties)
    if event.traits:
        told["traits"] = msgspec.Raw(event.traits)
    return told


def message_row(row: LogRow) -> dict[str, Any] | None:
    """What became of a message that was sent."""
    receipt = message.decode_row(row.body)
    if not isinstance(receipt, Receipt):
        return None
    scenario, _, step = receipt.scenario.partition("/")
    return {
        "contact": row.contact,
        "at": row.now,
        "message": receipt.key,
        "scenario": scenario,
        "step": step,
        "channel": receipt.channel,
        "outcome": receipt.outcome,
        "code": receipt.code,
        "reason": receipt.reason,
    }


def _first_since(store: HostStore, since: int) -> int:
    """The last row that was consumed before an instant: rows stand in the order of their ``now``."""
    if not since:
        return 0
    low, high = 0, 1
    while (found := store.log(high, 1)) and found[0].now < since:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        found = store.log(middle, 1)
        if found and found[0].now < since:
            low = middle
        else:
            high = middle
    return low
