"""The mailbox: one commit for what came together, no loss when a message or the disk is bad."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine.errors import OwnershipLost, StoreFull, StoreLost
from engine.runtime.batches.batch import Batch
from engine.runtime.batches.mailbox import MOST, Mailbox
from engine.runtime.envelope import ACCEPTED, LATER, REJECTED, TRY_DEVICE
from engine.runtime.intake.event_letter import EventLetter
from engine.store.memory import MemoryHostStore
from tests.jumping_loop import JumpingLoop
from tests.unit.domain.builders import event
from tests.unit.runtime.workbench import Workbench, letter_of, numbered

USER = "user_id:1"


class Poisoned(EventLetter):
    """Breaks whatever batch it is in."""

    def take(self, batch: Batch) -> Any:
        raise ZeroDivisionError("poison")


class Desk:
    """A mailbox at work; ``commits`` are the batches that were kept."""

    def __init__(self) -> None:
        self.bench = Workbench()
        self.commits: list[Batch] = []
        self.mailbox = Mailbox(self.bench.memory, lambda: 0, self.commits.append)

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[Mailbox]:
        work = asyncio.create_task(self.mailbox.run())
        yield self.mailbox
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def test_what_came_while_nobody_looked_shares_a_commit() -> None:
    desk = Desk()
    async with desk.working() as mailbox:
        jobs = [mailbox.put([letter_of(one)]) for one in numbered(3, keys=(USER,))]
        answers = await asyncio.gather(*jobs)
    assert [words[0].word for words in answers] == [ACCEPTED] * 3
    assert len(desk.commits) == 1


async def test_a_commit_takes_so_many_messages_and_never_half_a_job() -> None:
    desk, each = Desk(), MOST // 2 + 1
    async with desk.working() as mailbox:
        events = numbered(3 * each, keys=(USER,))
        parts = [events[start : start + each] for start in range(0, 3 * each, each)]
        await asyncio.gather(*(mailbox.put([letter_of(one) for one in part]) for part in parts))
    assert [len(batch.write.log) for batch in desk.commits] == [each] * 3
    assert desk.mailbox.waiting == 0


async def test_a_poisoned_message_is_set_aside_and_its_neighbours_are_kept() -> None:
    desk, good = Desk(), numbered(2, keys=(USER,))
    bad = Poisoned(letter_of(event("Bad", keys=(USER,))).item)
    async with desk.working() as mailbox:
        answers = await mailbox.put([letter_of(good[0]), bad, letter_of(good[1])])
    assert [word.code for word in answers] == ["", "quarantined", ""]
    row = desk.bench.store.quarantined()[0]
    assert (row.body, row.error) == (bad.body(), "ZeroDivisionError: poison")
    assert len(desk.bench.log()) == 2


async def test_a_full_disk_is_told_and_nothing_was_kept() -> None:
    desk = Desk()
    desk.bench.disk.full = True
    async with desk.working() as mailbox:
        with pytest.raises(StoreFull):
            await mailbox.put([letter_of(event(keys=(USER,)))])
        desk.bench.disk.full = False
        words = await mailbox.put([letter_of(event(keys=(USER,)))])
    assert (words[0].word, len(desk.bench.log())) == (ACCEPTED, 1)


def test_the_engines_own_letters_wait_until_there_is_room() -> None:
    async def full_for_a_while() -> list[Any]:
        desk = Desk()
        desk.bench.disk.full = True
        async with desk.working() as mailbox:
            insisting = asyncio.create_task(mailbox.insist([letter_of(event(keys=(USER,)))]))
            await asyncio.sleep(3.5)
            assert not insisting.done()
            desk.bench.disk.full = False
            return await insisting

    loop = JumpingLoop()
    assert loop.run_until_complete(full_for_a_while())[0].word == ACCEPTED
    loop.close()


async def test_a_host_that_is_no_longer_the_owner_ends() -> None:
    desk = Desk()
    work = asyncio.create_task(desk.mailbox.run())
    MemoryHostStore(disk=desk.bench.disk, fence_only=True).open("another")
    job = asyncio.create_task(desk.mailbox.put([letter_of(event(keys=(USER,)))]))
    with pytest.raises(OwnershipLost):
        await work
    assert not job.done()
    job.cancel()


async def test_it_ends_too_while_it_works_off_a_failed_batch_message_by_message() -> None:
    desk = Desk()
    desk.bench.disk.cut = True
    work = asyncio.create_task(desk.mailbox.run())
    good, bad = (letter_of(event(name, keys=(USER,))) for name in ("Good", "Bad"))
    job = asyncio.create_task(desk.mailbox.put([good, Poisoned(bad.item)]))
    with pytest.raises(StoreLost):
        await work
    assert not job.done()
    assert len(desk.bench.log()) == 1
    job.cancel()


async def test_message_by_message_nothing_overtakes_what_is_sent_on() -> None:
    desk = Desk()
    events = event("Signed Up", keys=(USER, "anonymous_id:d")), event("Came", keys=(USER,))
    bad = Poisoned(letter_of(event("Bad", keys=(USER,))).item)
    async with desk.working() as mailbox:
        words = await mailbox.put([*map(letter_of, events), bad])
    assert [word.word for word in words] == [TRY_DEVICE, LATER, REJECTED]
    assert desk.bench.log() == []


async def test_what_is_sealed_is_kept_with_the_letters_it_belongs_to() -> None:
    desk = Desk()

    def seal(batch: Batch, words: list[Any]) -> None:
        batch.write.replies.append(("coordinator", 1, bytes([len(words)])))

    async with desk.working() as mailbox:
        await mailbox.put([letter_of(event(keys=(USER,)))], seal)
    assert desk.commits[0].write.replies == [("coordinator", 1, b"\x01")]
    assert desk.bench.restarted().memory.replies == {"coordinator": {1: b"\x01"}}
