"""What one host holds of contacts, table by table, for a reader: the host's part of a dossier."""

import itertools
from typing import TYPE_CHECKING, Any

import msgspec

from engine.ports.host_store import LogRow
from engine.replay.timeline import timeline
from engine.runtime.answers.report import line_of, state_of
from engine.runtime.rights.traces import Person, Traces
from engine.runtime.state.outbox import send_of

if TYPE_CHECKING:
    from engine.runtime.host import ContactHost

PAGE = 200
"""Log rows in one answer."""


async def held(host: "ContactHost", body: bytes) -> dict[str, list[dict[str, Any]]]:
    """Every table but the log, of a person's contacts and keys that are here."""
    person = msgspec.msgpack.decode(body, type=Person)
    memory, contacts = host.memory, {*person.contacts}
    rows = memory.store.contacts(person.contacts)
    residents = [one for number in rows if (one := memory.resident(number)) is not None]
    entries = memory.store.directory(person.keys)
    return {
        "contact": [state_of(one) | {"last": one.last} for one in residents],
        "directory": [{"key": k, "since": v[-1].since} for k, v in entries.items() if v],
        "wakeup": [{"contact": n, "due": row.wake} for n, row in rows.items() if row.wake],
        "outbox": [
            {"key": row.key, "state": row.state, "due": row.due, "message": _plain(send_of(row))}
            for row in memory.outbox.rows()
            if row.contact in contacts
        ],
        "hop": [{"to": row.to} for row in memory.hops.values() if row.contact in contacts],
        "quarantine": _set_aside(host, person),
        "suppression": _suppressed(host, person),
        "review": [
            row._asdict()
            for row in memory.store.reviews(1 << 31)
            if {row.contact, row.other} & contacts
        ],
    }


async def lines(host: "ContactHost", body: bytes) -> tuple[list[dict[str, Any]], list[int]]:
    """The next page of one contact's timeline, and from where the one after it goes on."""
    last = msgspec.msgpack.decode(body, type=list[int])
    page: list[LogRow] = list(
        itertools.islice(timeline(host.memory.store.log_row, tuple(last)), PAGE)
    )
    for row in page:
        last[row.klass] = row.prev
    return [line_of(row) for row in page], last if len(page) == PAGE else []


def _set_aside(host: "ContactHost", person: Person) -> list[dict[str, Any]]:
    search = Traces(person).pattern.search
    return [
        {"now": row.now, "error": row.error}
        for row in host.memory.store.quarantined(1 << 31)
        if row.contact in person.contacts or search(row.body + row.error.encode())
    ]


def _suppressed(host: "ContactHost", person: Person) -> list[dict[str, Any]]:
    """Standing orders on these addresses; every host knows the same ones, so the first one tells."""
    if host.memory.host:
        return []
    suppressed = host.memory.suppressed
    return [
        {"address": address, "scope": row.scope, "reason": row.reason, "at": row.at}
        for address in dict.fromkeys(person.addresses)
        for row in suppressed.of(address)
    ]


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value, builtin_types=(bytes,))
