"""Erasing persons everywhere, under the Coordinator: who waits is carried through together.

To look through all that is held takes long, and no longer for a thousand persons than for one. So
whoever waits goes in one party: look who each is here (the contact, its merged pasts, their keys and
addresses), note all of it in the control store, so that a crash at any moment only delays, and carry
the party through. Requests go on their own, so that none waits behind what retention lets go.
"""

import asyncio
import logging
import secrets
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from engine.domain.profile.identity import SLOTS, key_of
from engine.errors import Busy, EngineError
from engine.ports.control_store import ErasureRow
from engine.ports.engine import Refusal
from engine.runtime import envelope
from engine.runtime.rights.erasure_letter import ERASED
from engine.runtime.rights.ground import Ground
from engine.runtime.rights.passage import Passage
from engine.runtime.rights.traces import Person, words_of

REQUEST = "request"
RETENTION = "retention"
PAUSE = 0.5
"""Seconds between looks at what has yet to be carried through."""
REST = 4
"""Times as long as a party of retention took, until the next one sets out."""
SELDOM = 20
"""Looks after which the host of a single contact is asked for its wishes: there may be hundreds."""
MOST = 1_000
"""Persons in a party."""
FEW = 50
"""Contacts in one call that reads all that they did."""


log = logging.getLogger("relance.coordinator")


class Asked(NamedTuple):
    """``report`` is that of the finished erasure."""

    contact: int
    by: str
    report: "asyncio.Future[dict[str, Any]]"


class Eraser:
    """Requests and retention in lanes of their own: ``_open`` tells of each that notes may be open."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._waiting: list[Asked] = []
        self._arrived = asyncio.Event()
        self._open = {True: True, False: True}
        self._remembers: bool | None = None
        self._turn = 0
        self._ended = False

    async def erase(self, contact: int, by: str) -> dict[str, Any]:
        """Answers the report: what was erased where. Raises Busy when it goes on later by itself."""
        if self._ended:
            raise _ends()
        report: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting.append(Asked(contact, by, report))
        self._arrived.set()
        return await report

    async def run(self) -> None:
        """What was begun goes on, whatever ended in the middle of it."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._serve_requests())
            tasks.create_task(self._serve_retention())

    async def _serve_requests(self) -> None:
        while True:
            asked, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                await self._answer(asked)
                await self._pause()
            except EngineError as error:
                log.debug("erasures are looked for again: %s", error)
                _fail(asked, error)
                await asyncio.sleep(PAUSE)
            except asyncio.CancelledError:
                _fail([*asked, *self._waiting], _ends())
                self._ended = True
                raise

    async def _pause(self) -> None:
        """Until somebody asks, or a while."""
        if not self._waiting:
            self._arrived.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), PAUSE)

    async def _answer(self, asked: list[Asked]) -> None:
        persons = await self._look([one.contact for one in asked])
        rows = self._note(
            (p, a.contact, a.by, REQUEST) for p, a in zip(persons, asked, strict=True)
        )
        done = await self._carry(requested=True)
        for one, row in zip(asked, rows, strict=True):
            if not one.report.done():
                one.report.set_result(report_of(done[row.id]))

    async def _serve_retention(self) -> None:
        while True:
            begun = time.monotonic()
            try:
                await self._carry(requested=False)
                await self._let_go()
            except EngineError as error:
                log.debug("erasures are looked for again: %s", error)
            await asyncio.sleep(max(PAUSE, REST * (time.monotonic() - begun)))

    async def _let_go(self) -> None:
        """Whom hosts let go by a rule of retention, unless they came back meanwhile."""
        wishes = await self._wishes()
        persons = dict(zip(wishes, await self._look([*wishes]), strict=True))
        leaving = await self._leave([*wishes])
        for contact, (_, at) in wishes.items():
            persons[contact].at = at
        self._note((persons[one], one, RETENTION, wishes[one][0]) for one in leaving)
        await self._carry(requested=False)

    async def _carry(self, *, requested: bool) -> dict[str, ErasureRow]:
        """Those that are noted, also by an earlier life or try, until they are through."""
        if not self._open[requested]:
            return {}
        rows = self._ground.control.open_erasures()
        mine = [row for row in rows if (row.rule == REQUEST) == requested]
        done: list[ErasureRow] = []
        for start in range(0, len(mine), MOST):
            done += await Passage(self._ground, mine[start : start + MOST]).carry_through()
        self._open[requested] = False
        return {row.id: row for row in done}

    async def _wishes(self) -> dict[int, tuple[str, int]]:
        """By contact: the rule, and when; what is older is an echo, what comes later somebody new."""
        self._turn += 1
        found: dict[int, tuple[str, int]] = {}
        for host in await self._ground.hosts():
            if host < SLOTS or self._turn % SELDOM == host % SELDOM:
                told = await self._tell(host, "wishes", envelope.encode(MOST - len(found)))
                found |= {contact: (rule, at) for contact, rule, at in told}
        return found

    async def _leave(self, contacts: list[int]) -> list[int]:
        leaving: list[int] = []
        for host in dict.fromkeys(map(self._ground.table.host_of_contact, contacts)):
            of = [one for one in contacts if self._ground.table.host_of_contact(one) == host]
            leaving += await self._tell(host, "leave", envelope.encode(of))
        return leaving

    def _note(self, going: Iterable[tuple[Person, int, str, str]]) -> list[ErasureRow]:
        rows, now = [], self._ground.clock.now()
        for person, contact, by, rule in going:
            person.at, person.salt = person.at or now, secrets.token_bytes(16)
            subject = self._ground.keyring.subject(contact)
            body = envelope.encode(person)
            rows.append(ErasureRow(secrets.token_hex(8), now, by, rule, subject, 0, b"{}", body))
        if rows:
            self._ground.control.put_erasures(rows)
            self._open[rows[0].rule == REQUEST] = self._remembers = True
        return rows

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

    # --- who they are --------------------------------------------------------------------------

    async def look(self, contact: int) -> Person:
        """Who a contact is, under all its numbers and keys."""
        [person] = await self._look([contact])
        return person

    async def _look(self, contacts: list[int]) -> list[Person]:
        persons = [Person(contacts=[contact]) for contact in contacts]
        for start in range(0, len(persons), FEW):
            some = persons[start : start + FEW]
            while some:
                some = await self._look_further(some)
        await self._own(persons)
        return persons

    async def _look_further(self, persons: list[Person]) -> list[Person]:
        """Those of whom there are more contacts than were asked for."""
        asked = [[*person.contacts] for person in persons]
        for answer in await self._tell_all("person", envelope.encode(asked)):
            for person, told in zip(persons, msgspec.convert(answer, list[Person]), strict=True):
                person.join(told)
                person.seen += told.seen
        return [p for p, of in zip(persons, asked, strict=True) if len(of) < len(p.contacts)]

    async def _own(self, persons: list[Person]) -> None:
        """Without what others hold by now: a device that changed hands, an address claimed in vain."""
        named = {key for person in persons for key in (*person.keys, *_claims(person).values())}
        held = await self._holders([*named])
        for person in persons:
            mine, keys, claims = {0, *person.contacts}, person.keys, _claims(person)
            person.former = [key for key in keys if held[key] not in mine]
            person.keys = [key for key in keys if held[key] in mine]
            person.addresses = [one for one, key in claims.items() if held[key] in mine]

    async def _holders(self, keys: list[str]) -> dict[str, int]:
        """The contact that each key names; 0: nobody."""
        by_host, held = defaultdict[int, list[str]](list), dict[str, int]()
        for key in keys:
            by_host[self._ground.table.host_of_key(key)].append(key)
        for host, of in by_host.items():
            for start in range(0, len(of), MOST):
                some = of[start : start + MOST]
                told = await self._tell(host, "holders", envelope.encode(some))
                held |= zip(some, told, strict=True)
        return held

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


def _claims(person: Person) -> dict[str, str]:
    """The key of each address."""
    return {one: key_of("email" if "@" in one else "phone", one) for one in person.addresses}


def _fail(asked: Iterable[Asked], error: EngineError) -> None:
    for one in asked:
        if not one.report.done():
            one.report.set_exception(error)


def _ends() -> Busy:
    return Busy(1.0, "the Coordinator is being restarted; ask again")
