"""Erasing persons in one host: the calls that the Coordinator makes, each safe to make again."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from engine.domain.profile.identity import RANK, key_of, slot_of, slot_of_key
from engine.errors import BadRequest
from engine.replay.timeline import timeline
from engine.runtime.fingerprint import key_hash
from engine.runtime.rights.erasure_letter import (
    WISHED,
    EraseLetter,
    Found,
    LeaveLetter,
    LetGoLetter,
    fingerprints_of,
    found,
    is_barred,
    names_in,
    person_of,
)
from engine.runtime.rights.holdings import held, lines
from engine.runtime.rights.mask_letter import DoneLetter
from engine.runtime.rights.masking import Masking
from engine.runtime.rights.party import Party
from engine.runtime.rights.purging import purge
from engine.runtime.rights.traces import Person

if TYPE_CHECKING:
    from engine.runtime.host import ContactHost

KINDS = tuple(kind for kind in RANK if kind != "external_id")
AT_ONCE = 500
"""Contacts in one commit of which nothing is left but a note."""

_persons = msgspec.msgpack.Decoder(list[Person])


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


async def person(host: "ContactHost", body: bytes) -> list[Person]:
    """What contacts tell of who each person is; of those that are here."""
    told = []
    for contacts in msgspec.msgpack.decode(body, type=list[list[int]]):
        told.append(_told_by(host, contacts))
        await asyncio.sleep(0)
    return told


def _told_by(host: "ContactHost", contacts: list[int]) -> Person:
    told = Person()
    for number in contacts:
        resident = host.memory.resident(number) if _is_here(host, number) else None
        if resident is not None:
            rows = list(timeline(host.memory.store.log_row, resident.last))
            told.join(person_of(resident.contact))
            told.join(Person(values=names_in(rows)))
            told.seen += fingerprints_of(rows)
    return told


async def wishes(host: "ContactHost", body: bytes) -> list[tuple[int, str, int]]:
    """Contacts that a rule of retention has let go, by which and when: so many at most."""
    most = msgspec.msgpack.decode(body, type=int)
    wished = (row for row in host.memory.erasing.values() if row.body in WISHED)
    return [(row.contact, row.rule, row.at) for row in islice(wished, most)]


async def holders(host: "ContactHost", body: bytes) -> list[int]:
    """The contact that each of these keys names; 0: nobody."""
    keys = msgspec.msgpack.decode(body, type=list[str])
    found = host.memory.store.directory(keys)
    return [of[-1].contact if (of := found.get(key)) else 0 for key in keys]


async def leave(host: "ContactHost", body: bytes) -> list[int]:
    """Those of these contacts that did not come back; nothing new is taken for them from here on."""
    contacts = msgspec.msgpack.decode(body, type=list[int])
    stay = [await host.mailbox.put([LeaveLetter(one)], bulk=True) for one in contacts]
    return [one for one, [leaves] in zip(contacts, stay, strict=True) if leaves]


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


async def let_go(host: "ContactHost", body: bytes) -> list[LetGo]:
    """The directory's part: the persons' keys are free."""
    memory, told = host.memory, []
    for person in _persons.decode(body):
        keys = [k for k in (*person.keys, *person.former) if slot_of_key(k) in memory.slots]
        [gone] = await host.mailbox.put([LetGoLetter(person, tuple(keys))], bulk=True)
        told.append(LetGo({"directory": gone}, (memory.next_log, memory.next_contact)))
    return told


async def erase(host: "ContactHost", asked: bytes) -> list[Found]:
    """The contacts that are here go; answers what more of each person they told."""
    decoded = msgspec.msgpack.decode(asked, type=list[tuple[list[int], int, str]])
    return [await _erased(host, *one) for one in decoded]


async def _erased(host: "ContactHost", contacts: list[int], at: int, rule: str) -> Found:
    total = Found()
    for number in contacts:
        if _is_here(host, number):
            [body] = await host.mailbox.put([EraseLetter(number, at, rule)], bulk=True)
            one = found.decode(body) if body else Found()
            total.person.join(one.person)
            total.counts = dict(Counter(total.counts) + Counter(one.counts))
    return total


async def mask(host: "ContactHost", body: bytes) -> dict[int, Found]:
    """Look through all that the host holds of others; answers contacts that had merged into these."""
    masking = Masking(host, await Party.of(_persons.decode(body)))
    await masking.run()
    return masking.found


async def settle(host: "ContactHost", body: bytes) -> None:
    """Nothing is left to look for but what lies in the files of rows that are gone."""
    party = await Party.of(_persons.decode(body))
    contacts = [number for person in party.persons for number in person.contacts]
    for start in range(0, len(contacts), AT_ONCE):
        await host.mailbox.put([DoneLetter(contacts[start : start + AT_ONCE])], bulk=True)

    def search(raw: bytes) -> bool:
        return bool(party.readable(raw))

    host.standings.forget(search)
    await purge(host.memory.store, search)


def _is_here(host: "ContactHost", contact: int) -> bool:
    return slot_of(contact) in host.memory.slots


STEPS: dict[str, Callable[["ContactHost", bytes], Awaitable[Any]]] = {
    "person": person,
    "holders": holders,
    "leave": leave,
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
