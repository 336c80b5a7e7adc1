"""A host looks through all that it holds of others for a party, once, in slices between batches."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from engine.domain.profile import codec
from engine.domain.profile.identity import SLOT_BITS
from engine.ports.host_store import ContactRow, LogRow
from engine.runtime.rights.erasure_letter import Found
from engine.runtime.rights.mask_letter import MaskLetter, Work, WorkMaskLetter
from engine.runtime.rights.party import Party, Whose

if TYPE_CHECKING:
    from engine.runtime.host import ContactHost

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
SLICE = 200
"""Rows looked at between two batches."""
FEW = 50
"""Rows masked in one commit."""


class Masking:
    """``found``: by person, the contacts that had merged into theirs, and how many rows there were.

    What a host has written since it let go of a person's keys is of somebody new.
    """

    def __init__(self, host: "ContactHost", party: Party) -> None:
        self._host = host
        self._party = party
        ends = [person.upto.get(host.memory.host, (0, 0)) for person in party.persons]
        self._log_ends = [log for log, _ in ends]
        self._contact_ends = [contact for _, contact in ends]
        self.found: dict[int, Found] = defaultdict(Found)

    async def run(self) -> None:
        await self._mask_work()
        await self._mask_contacts()
        await self._mask_log()

    async def _mask_work(self) -> None:
        """What is unfinished or set aside."""
        memory, work, held_by = self._host.memory, Work(), self._party.held_by
        async for row, whose in self._among(memory.outbox.rows(), lambda row: row.body):
            work.outbox[row.key] = whose
        async for hop, whose in self._among([*memory.hops.values()], lambda hop: hop.body):
            work.hops[hop.number] = whose
        async for noted, _ in self._among(memory.reserved.rows(), lambda one: one.key.encode()):
            work.reserved.append(noted.fingerprint)
        aside, reviews = memory.store.quarantined(1 << 31), memory.store.reviews(1 << 31)
        own = [(row.number, held_by([row.contact])) for row in aside]
        async for one, whose in self._among(aside, lambda one: one.body + one.error.encode()):
            own.append((one.number, whose))
        pairs = [((one.contact, one.other), held_by([one.contact, one.other])) for one in reviews]
        async for pair, whose in self._among(reviews, lambda pair: pair.key.encode()):
            pairs.append(((pair.contact, pair.other), whose))
        work.quarantine, work.reviews = _joined(own), _joined(pairs)
        await self._host.mailbox.put([WorkMaskLetter(self._party, work)])
        self._count("quarantine", work.quarantine.values())
        self._count("review", work.reviews.values())

    async def _mask_contacts(self) -> None:
        memory, after = self._host.memory, 0
        while rows := memory.store.all_contacts(after, SLICE):
            after = rows[-1].id
            others: Whose = {}
            for at, whose in self._party.places([row.state for row in rows]).items():
                ends, number = self._contact_ends, rows[at].id >> SLOT_BITS
                if older := {one for one in whose if number < ends[one]}:
                    others |= self._without_merged(rows[at], older)
            await self._put({}, others)
            await asyncio.sleep(0)

    def _without_merged(self, row: ContactRow, whose: set[int]) -> Whose:
        """A contact that had merged into one of a person's is that person."""
        into = codec.decode(row.state, self._host.memory.rulebook.lexicon).merged_into
        merged = self._party.held_by([into]) & whose
        for one in merged:
            self.found[one].person.contacts.append(row.id)
        return {row.id: whose - merged} if whose - merged else {}

    async def _mask_log(self) -> None:
        store, after, end = self._host.memory.store, 0, max(self._log_ends, default=0)
        while after < end and (rows := store.log(after, SLICE)):
            after = rows[-1].id
            mentions = self._mentions(rows)
            await self._put(mentions, {})
            self._count("masked", mentions.values())
            await asyncio.sleep(0)

    def _mentions(self, rows: Sequence[LogRow]) -> Whose:
        parts = [part for row in rows for part in (row.body, row.facts)]
        found: Whose = {}
        for at, whose in self._party.places(parts).items():
            number = rows[at // 2].id
            if older := {one for one in whose if number < self._log_ends[one]}:
                found[number] = found.get(number, set()) | older
        return found

    async def _among(
        self, rows: Sequence[T], raw_of: Callable[[T], bytes]
    ) -> AsyncIterator[tuple[T, set[int]]]:
        """The rows with traces, and whose."""
        for start in range(0, len(rows), SLICE):
            some = rows[start : start + SLICE]
            for at, whose in self._party.places([raw_of(row) for row in some]).items():
                yield some[at], whose
            await asyncio.sleep(0)

    async def _put(self, rows: Whose, contacts: Whose) -> None:
        for some in _slices(rows):
            await self._host.mailbox.put([MaskLetter(self._party, some, {})])
        for some in _slices(contacts):
            await self._host.mailbox.put([MaskLetter(self._party, {}, some)])

    def _count(self, what: str, found: Collection[set[int]]) -> None:
        for whose in found:
            for one in whose:
                counts = self.found[one].counts
                counts[what] = counts.get(what, 0) + 1


def _slices(whose: Whose) -> Iterable[Whose]:
    items = [*whose.items()]
    return (dict(items[start : start + FEW]) for start in range(0, len(items), FEW))


def _joined(found: Iterable[tuple[K, set[int]]]) -> dict[K, set[int]]:
    joined: dict[K, set[int]] = {}
    for key, whose in found:
        if whose:
            joined[key] = joined.get(key, set()) | whose
    return joined
