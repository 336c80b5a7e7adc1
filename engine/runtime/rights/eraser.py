"""Erasing a person everywhere, under the Coordinator: what is noted first is carried through.

look        who the person is here: the contact, its merged pasts, their keys and addresses
note        all of it, in the control store, so that a crash at any moment only delays
let go      every host's directory frees the keys; the hashes that outlive the person are kept
erase       the hosts of the contacts let them go; what these told in addition goes round again
mask        every host looks through what it holds of others
send        the Sender's spool and what the local mailbox holds
refuse      refused items, rows that imports could not take, names of events, the audit trail
settle      every store's files are purged; the note shrinks to counts and a hash
"""

import asyncio
import logging
import secrets
from collections import Counter
from functools import partial
from typing import Any

import msgspec

from engine.domain.profile.identity import SLOTS, key_of
from engine.errors import EngineError
from engine.ports.control_store import ErasureRow
from engine.ports.engine import Refusal
from engine.runtime import envelope
from engine.runtime.rights.dossier import mentions, tells
from engine.runtime.rights.erasure import LetGo
from engine.runtime.rights.erasure_letter import ERASED, Found
from engine.runtime.rights.ground import Ground
from engine.runtime.rights.traces import Person, Traces, words_of
from engine.runtime.sending.send_post import SENDER
from engine.runtime.slots import part_of

REQUEST = "request"
PAUSE = 0.5
"""Seconds between looks at what has yet to be carried through."""
SELDOM = 20
"""Looks after which the host of a single contact is asked for its wishes: there may be hundreds."""
ROUNDS = 8
"""How often what was erased may tell of more that has to go too."""
AT_ONCE = 500


log = logging.getLogger("relance.coordinator")


class Eraser:
    """One person at a time."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._one = asyncio.Lock()
        self._remembers: bool | None = None
        self._turn = 0

    async def erase(self, contact: int, by: str, rule: str = REQUEST) -> dict[str, Any]:
        """Answers the report: what was erased where. Raises Busy when it goes on later by itself."""
        async with self._one:
            person = await self.look(contact)
            person.at, person.salt = self._ground.clock.now(), secrets.token_bytes(16)
            row = ErasureRow(
                secrets.token_hex(8),
                person.at,
                by,
                rule,
                self._ground.keyring.subject(contact),
                0,
                b"{}",
                envelope.encode(person),
            )
            self._ground.control.put_erasure(row)
            self._remembers = True
            return report_of(await self._carry_through(row))

    async def run(self) -> None:
        """What was begun goes on, whatever ended in the middle of it."""
        while True:
            try:
                await self.go_on()
            except EngineError as error:
                log.debug("erasures are looked for again: %s", error)
            await asyncio.sleep(PAUSE)

    async def go_on(self) -> None:
        """Finish what an earlier life began, then what hosts wish by a rule of retention."""
        if self._one.locked():
            return
        for row in self._ground.control.open_erasures():
            async with self._one:
                await self._carry_through(row)
        self._turn += 1
        for host in await self._ground.hosts():
            if host < SLOTS or self._turn % SELDOM == host % SELDOM:
                for contact, rule in await self._tell(host, "wishes", b""):
                    await self.erase(contact, "retention", rule)

    async def retention(self) -> list[dict[str, Any]]:
        """What each host tells of it."""
        return await self._tell_all("retention", b"")

    @property
    def remembers(self) -> bool:
        """Whether anybody was ever erased here."""
        if self._remembers is None:
            self._remembers = bool(self._ground.control.erasures(1))
        return self._remembers

    async def blank(self, refused: list[Refusal]) -> list[Refusal]:
        """Refused items, empty where a text in them is known to be an erased person's."""
        words = [words_of(item.body) for item in refused]
        asked = sorted(set().union(*words))
        known = set(await self._tell(0, "known", envelope.encode(asked)))
        return [
            Refusal(item.code, "of a person who was erased", public=item.public)
            if known & told
            else item
            for item, told in zip(refused, words, strict=True)
        ]

    async def barred(self, keys: list[str]) -> list[str]:
        """The addresses among these keys whose person was erased: no import brings them back."""
        return list(await self._tell(0, "barred", envelope.encode(keys)))

    async def look(self, contact: int) -> Person:
        """Who a contact is, under all its numbers and keys."""
        person, asked = Person(contacts=[contact]), 0
        while asked < len(person.contacts):
            asked = len(person.contacts)
            body = envelope.encode(person.contacts)
            for told in await self._tell_all("person", body):
                more = msgspec.convert(told, Person)
                person.join(more)
                person.seen += more.seen
        return await self._own(person)

    async def _own(self, person: Person) -> Person:
        """Without what others hold by now: a device that changed hands, an address claimed in vain."""
        held = {key: await self._holder(key) for key in person.keys}
        mine = {0, *person.contacts}
        person.former = [key for key, holder in held.items() if holder not in mine]
        person.keys = [key for key, holder in held.items() if holder in mine]
        for address in list(person.addresses):
            key = key_of("email" if "@" in address else "phone", address)
            if await self._holder(key) not in mine:
                person.addresses.remove(address)
        return person

    async def _holder(self, key: str) -> int:
        host = part_of(self._ground.table.host_of_key(key))
        return int(await self._ground.ask_part(host, "resolve", key.encode()))

    # --- step by step --------------------------------------------------------------------------

    async def _carry_through(self, row: ErasureRow) -> ErasureRow:
        person = msgspec.msgpack.decode(row.body, type=Person)
        counts = Counter(msgspec.json.decode(row.counts, type=dict[str, int]))
        for _ in range(ROUNDS):
            row = await self._let_go(row, person, counts)
            more = await self._take_away(person, row.rule, counts)
            row = self._noted(row, person, counts)
            if not more:
                break
        await self._clean(person, counts)
        counts.update(await self._ground.ask_part(SENDER, "forget", envelope.encode(person)))
        await self._tell_all("settle", envelope.encode(person))
        return await self._finish(row, person, counts)

    def _noted(self, row: ErasureRow, person: Person, counts: Counter[str]) -> ErasureRow:
        body = envelope.encode(person)
        row = row._replace(body=body, counts=msgspec.json.encode(dict(counts)))
        self._ground.control.put_erasure(row)
        return row

    async def _let_go(self, row: ErasureRow, person: Person, counts: Counter[str]) -> ErasureRow:
        body = envelope.encode(person)
        for host in await self._ground.hosts():
            told = msgspec.convert(await self._tell(host, "let_go", body), LetGo)
            person.upto.setdefault(host, told.upto)
            counts.update(told.counts)
        return self._noted(row, person, counts)

    async def _take_away(self, person: Person, rule: str, counts: Counter[str]) -> bool:
        """Whether more of the person turned up."""
        body = envelope.encode((person.contacts, person.at, rule))
        before = len(person.contacts)
        more, total = False, Counter[str]()
        for told in await self._tell_all("erase", body):
            one = msgspec.convert(told, Found)
            more |= person.join(one.person)
            total.update(one.counts)
        counts |= total
        if more:
            return True
        for told in await self._tell_all("mask", envelope.encode(person)):
            one = msgspec.convert(told, Found)
            more |= person.join(one.person)
            counts.update(one.counts)
        return more or len(person.contacts) > before

    async def _clean(self, person: Person, counts: Counter[str]) -> None:
        """What the Coordinator itself keeps: refused items, the rows of imports among them."""
        traces, words, after = Traces(person), person.words, 0
        while items := self._ground.control.rejected_after(after, AT_ONCE):
            after = items[-1][0]
            gone = [
                number
                for number, item in items
                if mentions(item.body + item.reason.encode(), traces) or words & words_of(item.body)
            ]
            self._ground.control.drop_rejected(gone)
            counts["rejected"] += len(gone)
            await asyncio.sleep(0)
        counts["event_name"] += self._ground.event_names.forget(partial(tells, person))

    async def _finish(self, row: ErasureRow, person: Person, counts: Counter[str]) -> ErasureRow:
        names = {str(one): self._ground.keyring.subject(one) for one in person.contacts}
        self._ground.control.rename(names)
        done = row._replace(
            done=self._ground.clock.now(), counts=msgspec.json.encode(dict(counts)), body=b""
        )
        self._ground.control.put_erasure(done)
        self._ground.control.record(done.done, row.by, f"forget ({row.rule})", row.subject)
        self._ground.control.purge()
        readable = Traces(person).readable
        if await asyncio.to_thread(self._ground.control.traces, readable.search):
            self._ground.control.purge(whole=True)
        return done

    async def _tell(self, host: int, step: str, body: bytes) -> Any:
        return await self._ground.ask(host, "erasure", envelope.encode((step, body)))

    async def _tell_all(self, step: str, body: bytes) -> list[Any]:
        return [await self._tell(host, step, body) for host in await self._ground.hosts()]


def report_of(row: ErasureRow) -> dict[str, Any]:
    """One erasure for a reader: nothing in it tells who it was."""
    return {
        "id": row.id,
        "at": row.at,
        "by": row.by,
        "rule": row.rule,
        "subject": row.subject,
        "done": row.done,
        ERASED: msgspec.json.decode(row.counts),
    }
