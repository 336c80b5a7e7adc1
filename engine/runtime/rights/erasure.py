"""Erasing a person in one host: the calls that the Coordinator makes, each safe to make again."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec

from engine.domain.profile import codec
from engine.domain.profile.identity import RANK, SLOT_BITS, key_of, slot_of, slot_of_key
from engine.errors import BadRequest
from engine.ports.host_store import ContactRow, LogRow
from engine.replay.timeline import timeline
from engine.runtime.fingerprint import key_hash
from engine.runtime.rights.erasure_letter import (
    DoneLetter,
    EraseLetter,
    Found,
    LetGoLetter,
    MaskLetter,
    WorkMaskLetter,
    fingerprints_of,
    found,
    is_barred,
    names_in,
    person_of,
)
from engine.runtime.rights.holdings import held, lines
from engine.runtime.rights.traces import Pattern, Person, Traces

if TYPE_CHECKING:
    from engine.runtime.host import ContactHost

KINDS = tuple(kind for kind in RANK if kind != "external_id")
SLICE = 500
"""Rows looked at between two batches."""

_persons = msgspec.msgpack.Decoder(Person)


class LetGo(msgspec.Struct):
    """``upto``: what this host writes from here on is of somebody new."""

    counts: dict[str, int]
    upto: tuple[int, int]


async def answer(host: "ContactHost", step: str, body: bytes) -> Any:
    """One step of an erasure."""
    if step not in STEPS:
        text = f"an erasure has no step {step!r}"
        raise BadRequest(text)
    return await STEPS[step](host, body)


async def person(host: "ContactHost", body: bytes) -> Person:
    """What these contacts tell of who they are; of those that are here."""
    told = Person()
    for number in msgspec.msgpack.decode(body, type=list[int]):
        resident = host.memory.resident(number) if _is_here(host, number) else None
        if resident is not None:
            rows = list(timeline(host.memory.store.log_row, resident.last))
            told.join(person_of(resident.contact))
            told.join(Person(values=names_in(rows)))
            told.seen += fingerprints_of(rows)
    return told


async def wishes(host: "ContactHost", _body: bytes) -> list[tuple[int, str]]:
    """The contacts that a rule of retention has let go, and which."""
    return [(row.contact, row.rule) for row in host.memory.erasing.values() if not row.body]


async def barred(host: "ContactHost", body: bytes) -> list[str]:
    """Those of these keys that no import may bring back."""
    keys = msgspec.msgpack.decode(body, type=list[str])
    return [key for key in keys if is_barred(host.memory, key)]


async def known(host: "ContactHost", body: bytes) -> list[str]:
    """Those of these texts that are the value of a key of somebody who was erased."""
    words = msgspec.msgpack.decode(body, type=list[str])
    return [word for word in words if any(_was(host, key_of(kind, word)) for kind in KINDS)]


def _was(host: "ContactHost", key: str) -> bool:
    memory = host.memory
    return key_hash(memory.pepper, key) in memory.erased or is_barred(memory, key)


async def retention(host: "ContactHost", _body: bytes) -> dict[str, Any]:
    """What retention has done in this host."""
    return host.expiry.told(host.memory.rulebook.retention)


async def let_go(host: "ContactHost", body: bytes) -> LetGo:
    """The directory's part: the person's keys are free."""
    person = _persons.decode(body)
    slots = host.memory.slots
    keys = tuple(key for key in (*person.keys, *person.former) if slot_of_key(key) in slots)
    [gone] = await host.mailbox.put([LetGoLetter(person, keys)])
    return LetGo({"directory": gone}, (host.memory.next_log, host.memory.next_contact))


async def erase(host: "ContactHost", asked: bytes) -> Found:
    """The contacts that are here go; answers what more of the person they told."""
    contacts, at, rule = msgspec.msgpack.decode(asked, type=tuple[list[int], int, str])
    total = Found()
    here = [number for number in contacts if _is_here(host, number)]
    for body in await host.mailbox.put([EraseLetter(number, at, rule) for number in here]):
        if body:
            one = found.decode(body)
            total.person.join(one.person)
            total.counts = dict(Counter(total.counts) + Counter(one.counts))
    return total


async def mask(host: "ContactHost", body: bytes) -> Found:
    """Look through all that the host holds of others; answers contacts that had merged into these."""
    person = _persons.decode(body)
    traces, memory = Traces(person), host.memory
    log_end, contact_end = person.upto.get(memory.host, (0, 0))
    total = Found()
    [counts] = await host.mailbox.put([WorkMaskLetter(person, traces)])
    after = 0
    while rows := memory.store.all_contacts(after, SLICE):
        after = rows[-1].id
        older = [row for row in rows if row.id >> SLOT_BITS < contact_end]
        await _mask_contacts(host, traces, older, person, total.person)
        await asyncio.sleep(0)
    masked = await _mask_log(host, traces, log_end)
    total.counts = {**counts, "masked": masked}
    return total


async def _mask_contacts(
    host: "ContactHost", traces: Traces, rows: list[ContactRow], person: Person, more: Person
) -> None:
    others: list[int] = []
    for row in rows if traces.pattern.among(row.state for row in rows) else ():
        if traces.pattern.search(row.state):
            into = codec.decode(row.state, host.memory.rulebook.lexicon).merged_into
            (more.contacts if into in person.contacts else others).append(row.id)
    if others:
        await host.mailbox.put([MaskLetter(traces, [], others)])


async def _mask_log(host: "ContactHost", traces: Traces, end: int) -> int:
    pattern, after, masked = traces.pattern, 0, 0
    while rows := host.memory.store.log(after, SLICE):
        after = rows[-1].id
        older = [row for row in rows if row.id < end]
        if pattern.among(part for row in older for part in (row.body, row.facts)):
            mention = [row for row in older if _mentions(pattern, row)]
            letters = [MaskLetter(traces, mention, [])] if mention else []
            masked += sum(await host.mailbox.put(letters))
        if after >= end:
            break
        await asyncio.sleep(0)
    return masked


def _mentions(pattern: Pattern, row: LogRow) -> bool:
    return pattern.search(row.body) or pattern.search(row.facts)


async def settle(host: "ContactHost", body: bytes) -> None:
    """Nothing is left to look for but what lies in the files of rows that are gone."""
    person = _persons.decode(body)
    await host.mailbox.put([DoneLetter(person.contacts)])
    host.standings.forget(person)
    store, readable = host.memory.store, Traces(person).readable
    store.purge()
    if await asyncio.to_thread(store.traces, readable.search):
        store.purge(whole=True)


def _is_here(host: "ContactHost", contact: int) -> bool:
    return slot_of(contact) in host.memory.slots


STEPS: dict[str, Callable[["ContactHost", bytes], Awaitable[Any]]] = {
    "person": person,
    "let_go": let_go,
    "erase": erase,
    "mask": mask,
    "settle": settle,
    "wishes": wishes,
    "barred": barred,
    "known": known,
    "retention": retention,
    "held": held,
    "lines": lines,
}
