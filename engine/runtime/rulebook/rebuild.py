"""The loop that lets contacts take over what a new rulebook asks of their past. Live traffic goes on.

The log is read once, beside the host; then every contact is met in the order of ids, in slices of the
mailbox, each a few milliseconds long and followed by four times as much rest. What a slice has done is
in the contacts, so whatever ends the host, the next one goes on with those that are still to be met.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from engine.clock import Clock
from engine.domain.conditions.counted import is_met
from engine.domain.rulebooks.definitions import Level, encode
from engine.errors import OwnershipLost, StoreError, StoreFull
from engine.replay.chosen import Chosen
from engine.replay.scan import Order
from engine.runtime.batches.batch import Batch
from engine.runtime.batches.mailbox import Mailbox
from engine.runtime.rulebook.pace import Begin, Pace
from engine.runtime.rulebook.rebuilt_letter import DoneLetter, RebuiltLetter
from engine.runtime.scanning.scans import RunningScan, ScanLost, Scans
from engine.runtime.state.memory import Memory

log = logging.getLogger("relance.rebuild")

PAGE = 200
"""Contacts read at once."""
AGAIN = 5.0
"""Seconds until what failed is begun anew."""

Needed = dict[str, tuple[Level, ...]]
"""What is new since the last rebuild, as ``Definitions.since`` dates it."""


class Rebuild:
    """``met`` contacts of those that were there; ``scanned`` rows of ``rows``."""

    def __init__(self, memory: Memory, mailbox: Mailbox, clock: Clock, scans: Scans) -> None:
        self._memory = memory
        self._mailbox = mailbox
        self._clock = clock
        self._scans = scans
        self._pace = Pace(clock)
        self._changed = asyncio.Event()
        self._left: set[int] = set()
        self._through: int | None = None
        self._scan: RunningScan | None = None
        self._rows = 0
        self._met = 0
        self.whole_since = 0

    def follow(self) -> None:
        """Another rulebook is in force. A store without contacts has nothing to be rebuilt."""
        if self._memory.next_log == 1:
            self._memory.rebuilt = self._memory.rulebook.version
        if self._through is None:
            self._through = self._memory.rebuilt
        self._changed.set()

    def leave(self, contacts: Iterable[int]) -> None:
        """After a commit: these have merged with somebody who had not been rebuilt."""
        self._left.update(contacts)
        if self._left:
            self._changed.set()

    def needed(self) -> Needed:
        since, rebuilt = self._memory.rulebook.definitions.since, self._memory.rebuilt
        return {name: levels for name, levels in since.items() if levels[-1][0] > rebuilt}

    async def run(self) -> None:
        """For ever. A failure is told and tried again: it must not end the host."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            while needed := self.needed():
                await self._until_changed(needed)

    async def _until_changed(self, needed: Needed) -> None:
        """Work; a rulebook that asks for something else ends that, and it is begun anew."""
        work = asyncio.create_task(self._work(needed))
        try:
            while not work.done():
                changed = asyncio.create_task(self._changed.wait())
                await asyncio.wait((work, changed), return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
                self._changed.clear()
                if self.needed() != needed and not work.done():
                    return
            await work
        except OwnershipLost:
            raise
        except (ScanLost, StoreError) as error:
            log.warning("a rebuild is begun anew: %s", error)
            await asyncio.sleep(AGAIN)
        except Exception:
            log.exception("a rebuild failed and is begun anew")
            await asyncio.sleep(AGAIN)
        finally:
            work.cancel()
            await asyncio.wait((work,))

    # --- the work ------------------------------------------------------------------------------

    async def _work(self, needed: Needed) -> None:
        memory = self._memory
        names = tuple(sorted(name for name in needed if not is_met(name)))
        chosen = Chosen(memory.rulebook, names)
        newest = max(levels[-1][0] for levels in needed.values())
        whole = (self._through or 0) < newest
        mark = memory.next_log if names and whole else 1
        self._rows, self._met = mark - 1, 0
        order = Order(
            memory.host, mark, memory.rulebook.version, encode(memory.rulebook.definitions), names
        )
        self._scan = await self._scans.start(order) if names else None
        try:
            if whole:
                self._left.clear()
                await self._meet_all(chosen, mark)
                self._through = newest
            await self._meet_left(chosen)
            await self._mailbox.insist([DoneLetter(newest, self._left)])
        finally:
            if self._scan is not None:
                self._scan.close()
                self._scan = None

    async def _meet_all(self, chosen: Chosen, mark: int) -> None:
        after = 0
        while rows := self._memory.store.all_contacts(after, PAGE):
            after = rows[-1].id
            made = dict(await self._scan.up_to(after)) if self._scan else {}
            since = self._scan.whole_since if self._scan else 0
            await self._meet(
                [RebuiltLetter(row.id, made.get(row.id, b""), chosen, mark, since) for row in rows]
            )
            self._met += len(rows)
            self.whole_since = since

    async def _meet_left(self, chosen: Chosen) -> None:
        """Those that have merged meanwhile: each is made of its own and its merged contacts' rows."""
        while self._left:
            contacts, mark = sorted(self._left)[:PAGE], self._memory.next_log
            self._left.difference_update(contacts)
            made = dict(await self._scan.of(contacts, mark)) if self._scan else {}
            since = self._scan.whole_since if self._scan else 0
            await self._meet(
                [RebuiltLetter(one, made.get(one, b""), chosen, mark, since) for one in contacts]
            )

    async def _meet(self, letters: Sequence[RebuiltLetter]) -> None:
        """In slices, with rest; whoever is not done with is left for another look."""
        residents = self._memory.residents
        place = 0
        while place < len(letters):
            slice_ = letters[place : place + self._pace.size]
            place += len(slice_)
            strangers = [one.contact for one in slice_ if one.contact not in residents]
            done = await self._put(slice_)
            self._left.update(
                one.contact for one, well in zip(slice_, done, strict=True) if not well
            )
            for stranger in strangers:
                residents.drop(stranger)
            await asyncio.sleep(self._pace.rest)

    async def _put(self, letters: Sequence[RebuiltLetter]) -> list[bool]:
        while True:
            try:
                _, *done = await self._mailbox.put([Begin(self._pace), *letters], self._end)
            except StoreFull:
                await asyncio.sleep(1.0)
            else:
                return done

    def _end(self, _batch: Batch, _answers: list[Any]) -> None:
        self._pace.end()

    # --- what is told --------------------------------------------------------------------------

    def report(self) -> dict[str, Any]:
        """Nothing when nothing is to be rebuilt."""
        needed = self.needed()
        if not needed:
            return {}
        contacts = max(1, self._memory.counters.get("contacts", 0))
        scanned = self._scan.scanned if self._scan else 0
        parts = [min(1.0, self._met / contacts)]
        if self._rows:
            parts.append(min(1.0, scanned / self._rows))
        return {
            "percent": int(100 * sum(parts) / len(parts)),
            "rows": self._rows,
            "scanned": min(scanned, self._rows),
            "met": self._met,
            "whole_since": self.whole_since,
            "names": sorted(needed),
        }
