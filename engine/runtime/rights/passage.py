"""A party carried through its erasure, as noted in the control store. Each step is safe to make again.

let go      every host's directory frees the keys; the hashes that outlive the persons are kept
erase       the hosts of the contacts let them go; what these told in addition goes round again
send        the Sender's spool and what the local mailbox holds
mask        every host looks through what it holds of others, once for all of them
refuse      refused items, rows that imports could not take, names of events
settle      every store's files are purged; a note shrinks to counts and a hash
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from engine.ports.control_store import ErasureRow, RejectedItem
from engine.ports.sending import Whose
from engine.runtime import envelope
from engine.runtime.rights.erasure import LetGo
from engine.runtime.rights.erasure_letter import Found
from engine.runtime.rights.ground import Ground
from engine.runtime.rights.party import Party
from engine.runtime.rights.purging import purge
from engine.runtime.rights.traces import Person, words_of
from engine.runtime.sending.send_post import SENDER

ROUNDS = 8
"""How often what was erased may tell of more that has to go too."""
AT_ONCE = 500
"""Refused items read in one go."""
FEW = 50
"""Rows of the control store changed in one go."""
PARCEL = 1 << 16
"""Bytes of persons in one call, about."""

T = TypeVar("T")


class Traveller:
    """One person on the way: the note in the control store, who it is, what went."""

    def __init__(self, row: ErasureRow) -> None:
        self.row = row
        self.person = msgspec.msgpack.decode(row.body, type=Person)
        self.counts = Counter(msgspec.json.decode(row.counts, type=dict[str, int]))
        self.size = len(row.body)

    def noted(self) -> ErasureRow:
        body, counts = envelope.encode(self.person), msgspec.json.encode(dict(self.counts))
        self.row = self.row._replace(body=body, counts=counts)
        return self.row


class Passage:
    def __init__(self, ground: Ground, rows: Sequence[ErasureRow]) -> None:
        self._ground = ground
        self._all = [Traveller(row) for row in rows if row.body]
        self._purged = [row for row in rows if not row.body]

    async def carry_through(self) -> list[ErasureRow]:
        """The notes as they stay. Raises Busy; then all of it is made again."""
        going = self._all
        for _ in range(ROUNDS):
            if not going:
                break
            going = await self._through_hosts(going)
        if self._all:
            await self._clean()
            await self._settle()
        return await self._finish()

    async def _through_hosts(self, going: list[Traveller]) -> list[Traveller]:
        """Those of whom more turned up only while others' rows were looked through."""
        grown = going
        for _ in range(ROUNDS):
            await self._let_go(grown)
            grown = await self._erase(grown)
            await self._note(going)
            if not grown:
                break
        await self._unsend(going)
        return await self._mask(going)

    async def _note(self, going: list[Traveller]) -> None:
        for start in range(0, len(going), FEW):
            some = going[start : start + FEW]
            self._ground.control.put_erasures([one.noted() for one in some])
            await asyncio.sleep(0)

    async def _let_go(self, going: list[Traveller]) -> None:
        for some in _parcels(going):
            body = envelope.encode([one.person for one in some])
            for host in await self._ground.hosts():
                told = msgspec.convert(await self._tell(host, "let_go", body), list[LetGo])
                for one, let_go in zip(some, told, strict=True):
                    one.person.upto.setdefault(host, let_go.upto)
                    one.counts.update(let_go.counts)
            await self._note(some)

    async def _erase(self, going: list[Traveller]) -> list[Traveller]:
        """Those who told of more."""
        grown = []
        for some in _parcels(going):
            body = envelope.encode(
                [(one.person.contacts, one.person.at, one.row.rule) for one in some]
            )
            before = [len(one.person.contacts) for one in some]
            totals, more = [Counter[str]() for _ in some], [False for _ in some]
            for host in await self._ground.hosts():
                told = msgspec.convert(await self._tell(host, "erase", body), list[Found])
                for at, found in enumerate(told):
                    more[at] |= some[at].person.join(found.person)
                    totals[at].update(found.counts)
            for at, one in enumerate(some):
                one.counts |= totals[at]
                if more[at] or len(one.person.contacts) > before[at]:
                    grown.append(one)
        return grown

    async def _mask(self, going: list[Traveller]) -> list[Traveller]:
        """Those of whom more turned up."""
        body = self._persons(going)
        hosts = await self._ground.hosts()
        answers = await asyncio.gather(*(self._tell(host, "mask", body) for host in hosts))
        grown = set()
        for one in going:
            one.counts.update(dict.fromkeys(("quarantine", "review", "masked"), 0))
        for told in answers:
            for at, found in msgspec.convert(told, dict[int, Found], strict=False).items():
                if going[at].person.join(found.person):
                    grown.add(at)
                going[at].counts.update(found.counts)
        await self._note(going)
        return [going[at] for at in sorted(grown)]

    async def _unsend(self, going: list[Traveller]) -> None:
        whose = [Whose(one.person.contacts, one.person.addresses) for one in going]
        told = await self._ground.ask_part(SENDER, "forget", envelope.encode(whose))
        for one, counts in zip(going, told, strict=True):
            one.counts.update(counts)

    async def _clean(self) -> None:
        """What the Coordinator itself keeps: refused items, the rows of imports among them."""
        party, control, after = await self._party(), self._ground.control, 0
        while items := control.rejected_after(after, AT_ONCE):
            after = items[-1][0]
            found = {number: _told_in(item, party) for number, item in items}
            control.drop_rejected([number for number, whose in found.items() if whose])
            self._count("rejected", found.values())
            await asyncio.sleep(0)
        names = [one["event"] for one in self._ground.event_names.told()]
        told = {name: _told_by(name, party) for name in names}
        self._ground.event_names.forget(lambda name: bool(told.get(name)))
        self._count("event_name", told.values())

    def _count(self, what: str, found: Iterable[set[int]]) -> None:
        for one in self._all:
            one.counts.setdefault(what, 0)
        for whose in found:
            for at in whose:
                self._all[at].counts[what] += 1

    async def _settle(self) -> None:
        body = self._persons(self._all)
        for host in await self._ground.hosts():
            await self._tell(host, "settle", body)

    async def _finish(self) -> list[ErasureRow]:
        """What tells who it was goes first, then its bytes from the files: only then it is done."""
        control, party = self._ground.control, await self._party()
        await self._rename([contact for one in self._all for contact in one.person.contacts])
        rows = [one.noted()._replace(body=b"") for one in self._all]
        control.put_erasures(rows)
        await purge(control, lambda raw: bool(party.readable(raw)))
        if self._purged:
            control.purge(whole=True)
        return [await self._done(row) for row in (*rows, *self._purged)]

    async def _rename(self, contacts: list[int]) -> None:
        """Each name is looked for in the whole trail."""
        subject = self._ground.keyring.subject
        for start in range(0, len(contacts), FEW):
            some = contacts[start : start + FEW]
            self._ground.control.rename({str(contact): subject(contact) for contact in some})
            await asyncio.sleep(0)

    async def _done(self, row: ErasureRow) -> ErasureRow:
        done = row._replace(done=self._ground.clock.now())
        self._ground.control.put_erasures([done])
        self._ground.control.record(done.done, row.by, f"forget ({row.rule})", row.subject)
        await asyncio.sleep(0)
        return done

    async def _party(self) -> Party:
        return await Party.of(one.person for one in self._all)

    def _persons(self, going: list[Traveller]) -> bytes:
        """As much of them as is searched for."""
        return envelope.encode([msgspec.structs.replace(one.person, seen=b"") for one in going])

    async def _tell(self, host: int, step: str, body: bytes) -> Any:
        return await self._ground.ask(host, "erasure", envelope.encode((step, body)))


def _told_in(item: RejectedItem, party: Party) -> set[int]:
    """Whom a refused item tells of."""
    return party.readable(item.body + item.reason.encode()) | party.told_by(words_of(item.body))


def _told_by(name: str, party: Party) -> set[int]:
    """Of whose addresses or ids the name of an event is made."""
    return party.readable(name.encode()) | party.told_by([name.lower()])


def _parcels(going: list[Traveller]) -> Iterator[list[Traveller]]:
    some: list[Traveller] = []
    size = 0
    for one in going:
        if some and size + one.size > PARCEL:
            yield some
            some, size = [], 0
        some.append(one)
        size += one.size
    if some:
        yield some
