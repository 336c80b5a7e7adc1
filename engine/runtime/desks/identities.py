"""What an operator decides about who is who: the review list, and what becomes of a pair on it."""

import asyncio
from collections.abc import Iterable
from typing import Any, NamedTuple

from engine.clock import Clock
from engine.domain.profile.identity import WITH
from engine.errors import BadRequest, Unknown
from engine.ports.control_store import ControlStore
from engine.ports.host_store import ReviewRow
from engine.runtime import envelope
from engine.runtime.desks.parting import AGAIN, BUSY, DONE
from engine.runtime.processes.census import Census
from engine.runtime.slots import SlotTable

PATIENCE = 3.0
LOOK = 0.05
"""Seconds that an operator waits for two contacts to be done with one another, and between looks."""
SHOWN = 5
"""Keys of a contact that a review shows."""


class Face(NamedTuple):
    """As much of a contact as tells who it is; ``merged_into`` is 0 while it lives.

    ``claims`` are the keys it asks for, and whom it has something under way with.
    """

    id: int
    merged_into: int
    keys: list[str]
    claims: list[str]


class Identities:
    """Every decision leaves a line in the audit trail: who decided it, and the two ids."""

    def __init__(
        self, table: SlotTable, census: Census, control: ControlStore, clock: Clock
    ) -> None:
        self._table = table
        self._census = census
        self._ask = census.ask
        self._control = control
        self._clock = clock

    async def reviews(self, limit: int) -> list[dict[str, Any]]:
        """One entry a pair of living contacts, the newest evidence first."""
        rows = await self._rows(limit)
        faces = await self._faces({row.contact for row in rows} | {row.other for row in rows})
        pairs: dict[tuple[int, int], list[ReviewRow]] = {}
        for row in rows:
            if pair := _pair(faces, row):
                pairs.setdefault(pair, []).append(row)
        return [_entry(faces, pair, evidence) for pair, evidence in pairs.items()]

    async def dismiss(self, one: str, other: str, by: str) -> None:
        """Raises Unknown when the pair is not on the list."""
        first, second = await self.named(one), await self.named(other)
        pair = (min(first, second), max(first, second))
        rows = await self._rows(1 << 31)
        faces = await self._faces({row.contact for row in rows} | {row.other for row in rows})
        found = [row for row in rows if _pair(faces, row) == pair]
        if not found:
            text = f"contacts {first} and {second} are not on the review list"
            raise Unknown(text)
        for row in found:
            host = self._table.host_of_contact(row.contact)
            await self._ask(host, "dismiss", envelope.encode((row.contact, row.other)))
        self._record(by, "dismiss review", pair)

    async def merge(self, one: str, other: str, by: str) -> dict[str, Any]:
        """Raises Unknown, BadRequest."""
        survivor, merged = await self.named(one), await self.named(other)
        if survivor == merged:
            text = f"{one} and {other} are one contact already: {survivor}"
            raise BadRequest(text)
        await self._unite(survivor, by, merged)
        done = await self._settled(survivor, merged)
        if done and not (await self._faces([merged]))[merged].merged_into:
            text = f"contact {merged} is being merged or parted itself; look at both and try again"
            raise BadRequest(text)
        self._record(by, "merge", (survivor, merged))
        return {"survivor": survivor, "merged": merged, "done": done}

    async def unmerge(self, one: str, other: str, by: str) -> dict[str, Any]:
        """Raises Unknown, BadRequest."""
        survivor = await self.named(one)
        wanted = await self._part_of(other) if other else 0
        restored = await self._part(survivor, wanted, by)
        done = await self._settled(survivor, restored)
        self._record(by, "unmerge", (survivor, restored))
        return {"survivor": survivor, "restored": restored, "done": done}

    async def _part_of(self, name: str) -> int:
        """The contact that was merged, not the one that it is a part of. Raises Unknown."""
        number = await self.found(name)
        if number not in await self._faces([number]):
            text = f"no contact is known by {name!r}; name it by a key (kind:value) or by its id"
            raise Unknown(text)
        return number

    async def _part(self, survivor: int, wanted: int, by: str) -> int:
        """Who is itself again. What is under way with the survivor's keys has to end first."""
        host = self._table.host_of_contact(survivor)
        for _ in range(round(PATIENCE / LOOK)):
            asked = envelope.encode((survivor, wanted))
            _, versions = await self._ask(host, "latest_merge", asked)
            books = self._control.rulebooks()
            told = {version: books[version] for version in versions if version in books}
            body = envelope.encode((survivor, wanted, by, told))
            answer, restored = await self._ask(host, "part", body)
            if answer == DONE:
                return int(restored)
            if answer not in (BUSY, AGAIN):
                raise BadRequest(answer)
            await asyncio.sleep(LOOK)
        text = f"contact {survivor} is busy with its keys; try again in a while"
        raise BadRequest(text)

    async def named(self, name: str) -> int:
        """A living contact. A key leads to who has it now, an id means that very contact.

        Raises Unknown, and BadRequest for the id of a contact that is a part of another one.
        """
        number = await self.found(name)
        faces = await self._faces([number])
        if number not in faces:
            text = f"no contact is known by {name!r}; name it by a key (kind:value) or by its id"
            raise Unknown(text)
        living = _living(faces, number)
        if living != number and name.isdigit():
            text = f"contact {name} is a part of contact {living} since they were merged: name that one"
            raise BadRequest(text)
        return living

    async def found(self, name: str) -> int:
        """The contact that the directory leads to, living or not; 0 when nobody holds the key."""
        if name.isdigit():
            return int(name) if await self._census.reaches(int(name)) else 0
        return int(await self._ask(self._table.host_of_key(name), "resolve", name.encode()))

    async def _unite(self, contact: int, by: str, other: int) -> None:
        body = envelope.encode((contact, by, other))
        if await self._ask(self._table.host_of_contact(contact), "unite", body):
            text = f"contact {contact} was merged into another one meanwhile; try again"
            raise BadRequest(text)

    async def _settled(self, contact: int, other: int) -> bool:
        """Whether nothing is under way between the two any more, within PATIENCE."""
        for _ in range(round(PATIENCE / LOOK)):
            face = (await self._faces([contact])).get(contact)
            if face is None or f"{WITH}{other}" not in face.claims:
                return True
            await asyncio.sleep(LOOK)
        return False

    def _record(self, by: str, act: str, pair: tuple[int, int]) -> None:
        self._control.record(self._clock.now(), by, act, f"{pair[0]} {pair[1]}")

    async def _rows(self, limit: int) -> list[ReviewRow]:
        rows: list[ReviewRow] = []
        for told in await self._census.ask_all("reviews", envelope.encode(limit)):
            rows += [ReviewRow(*row) for row in told]
        rows.sort(key=lambda row: -row.at)
        return rows[:limit]

    async def _faces(self, wanted: Iterable[int]) -> dict[int, Face]:
        """The contacts, and those that they merged into."""
        faces: dict[int, Face] = {}
        missing = set(wanted)
        while missing:
            by_host: dict[int, list[int]] = {}
            for contact in missing:
                by_host.setdefault(self._table.host_of_contact(contact), []).append(contact)
            for host, contacts in by_host.items():
                told = await self._ask(host, "faces", envelope.encode(contacts))
                faces |= {row[0]: Face(*row) for row in told}
            missing = {face.merged_into for face in faces.values()} - faces.keys() - missing - {0}
        return faces


def _living(faces: dict[int, Face], contact: int) -> int:
    """0 when it is not there any more."""
    while (face := faces.get(contact)) and face.merged_into:
        contact = face.merged_into
    return contact if contact in faces else 0


def _pair(faces: dict[int, Face], row: ReviewRow) -> tuple[int, int] | None:
    """The lower id first; None for those who have become one, and where one is gone."""
    one, other = sorted((_living(faces, row.contact), _living(faces, row.other)))
    return (one, other) if one and one != other else None


def _entry(
    faces: dict[int, Face], pair: tuple[int, int], evidence: list[ReviewRow]
) -> dict[str, Any]:
    one, other = (faces[contact] for contact in pair)
    return {
        "one": one.id,
        "other": other.id,
        "one_keys": one.keys[:SHOWN],
        "other_keys": other.keys[:SHOWN],
        "at": evidence[0].at,
        "evidence": [
            {"key": row.key, "at": row.at, "source": row.source, "message_id": row.message_id}
            for row in evidence
        ],
    }
