"""A host's part in an import: one commit holds its rows of a chunk and what was said to them."""

import asyncio
from hashlib import blake2b
from typing import Any

import msgspec

from engine.domain.profile.identity import slot_of_key
from engine.ports.host_store import ImportedRow
from engine.runtime import envelope
from engine.runtime.batches.batch import Batch
from engine.runtime.batches.mailbox import Mailbox
from engine.runtime.envelope import Item
from engine.runtime.intake.event_letter import EventLetter
from engine.runtime.state.memory import Memory

DIGEST = 8
SETTLED = 20.0
"""Seconds that the end of an import waits at most for keys on their way to other hosts."""


class Part(msgspec.Struct, array_like=True):
    """A host's items of a chunk. The sender has heard the words on every chunk up to ``kept``."""

    job: int
    chunk: int
    kept: int
    items: list[Item]


parts: msgspec.msgpack.Decoder[Part] = msgspec.msgpack.Decoder(Part)


class ImportPart:
    """Takes parts one after another, so that rows of one key stay in their order."""

    def __init__(self, memory: Memory, mailbox: Mailbox) -> None:
        self._memory = memory
        self._mailbox = mailbox
        self._turn = asyncio.Lock()

    async def take(self, body: bytes) -> bytes:
        """The words. A part that was taken before gets those that it got."""
        part = parts.decode(body)
        letters = [EventLetter(item) for item in part.items]
        digest = _digest(letters)
        async with self._turn:
            known = self._memory.imported.get((part.job, part.chunk), b"")
            if known.startswith(digest):
                return known[DIGEST:]
            said: list[bytes] = []

            def seal(batch: Batch, words: list[Any]) -> None:
                said.append(envelope.encode(words))
                row = ImportedRow(part.job, part.chunk, digest + said[-1])
                batch.write.imported.append(row)
                batch.write.imported_gone += self._heard(part.job, part.kept)

            self._look_ahead(letters)
            await self._mailbox.put(letters, seal, bulk=True)
            return said[-1]

    def _look_ahead(self, letters: list[EventLetter]) -> None:
        """Keys that will be claimed are read with those that route: one question for a whole chunk."""
        slots = self._memory.slots
        for letter in letters:
            keys = letter.event.keys
            if len(keys) > 1:
                here = (key for key in keys if slot_of_key(key) in slots)
                letter.keys = tuple(dict.fromkeys((*letter.keys, *here)))

    async def end(self, job: int) -> None:
        """Nobody sends chunks of this job again; wait for the keys that it brought."""

        def seal(batch: Batch, _words: list[Any]) -> None:
            batch.write.imported_gone += self._heard(job, 1 << 62)

        await self._mailbox.put([], seal)
        before = self._memory.next_hop
        for _ in range(int(SETTLED / 0.05)):
            if all(number >= before for number in self._memory.hops):
                return
            await asyncio.sleep(0.05)

    def _heard(self, job: int, kept: int) -> list[tuple[int, int]]:
        return [place for place in self._memory.imported if place[0] == job and place[1] <= kept]


def _digest(letters: list[EventLetter]) -> bytes:
    """Of which rows these are: a query may be cut into other chunks when it is asked again."""
    prints = b"".join(letter.event.fingerprint for letter in letters)
    return blake2b(prints, digest_size=DIGEST).digest()
