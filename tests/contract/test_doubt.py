"""What a Sender promises of messages that may have been taken, on a channel that can be asked."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.errors import RouteDown, Unsure
from engine.ports.sending import Outcome, Rendered
from engine.runtime.sender import Sender
from engine.runtime.sending.doubt import AGAIN, EARLY, SETTLED
from tests.sender_host import Host, delivery
from tests.sender_life import Life, Post, turns

LONG = 5 * SETTLED


class Archive(Post):
    """A channel that can be asked: ``found`` is its answer for a key, or what it raises."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str | Exception] = {}
        self.looks: list[str] = []

    async def find(self, message: Rendered, since: int, until: int) -> str:
        self.looks.append(message.key)
        answer = self.found.get(message.key, "")
        if isinstance(answer, Exception):
            raise answer
        return answer


class Inquest:
    """A Sender over an Archive, and the host that asks it."""

    def __init__(self, folder: Path) -> None:
        self.life = Life(folder)
        self.archive = Archive()
        self.host: Host

    async def begin(self) -> None:
        self.host = await self.life.begin(self.archive)

    async def doubt(self, key: str = "a") -> None:
        """A message leaves and no answer comes."""
        self.archive.late = [Unsure("no answer")]
        await self.host.offer(delivery(key))
        await turns()

    async def after(self, milliseconds: int) -> None:
        self.life.clock.advance(milliseconds)
        await asyncio.sleep(0.01)

    async def outcome(self, key: str = "a") -> Outcome:
        await self.host.settle([key])
        return self.host.outcomes[key]

    @property
    def settled(self) -> bool:
        assert self.life.sender
        return bool(self.life.sender._desks["host-0"].settled)


@pytest.fixture
async def inquest(tmp_path: Path) -> AsyncIterator[Inquest]:
    inquest = Inquest(tmp_path)
    await inquest.begin()
    yield inquest
    if inquest.life.sender:
        await inquest.life.sender.stop()


async def test_a_message_that_is_found_was_sent(inquest: Inquest) -> None:
    inquest.archive.found["a"] = "SM1"
    await inquest.doubt()
    assert not inquest.settled

    await inquest.after(EARLY[0])

    outcome = await inquest.outcome()
    assert (outcome.outcome, outcome.reply) == ("sent", "SM1")
    assert inquest.archive.tries == 1


async def test_absence_counts_only_when_the_provider_has_had_its_time(inquest: Inquest) -> None:
    await inquest.doubt()

    await inquest.after(SETTLED - 1)
    assert inquest.archive.looks == ["a"] * len(EARLY)
    assert not inquest.settled

    await inquest.after(1)
    outcome = await inquest.outcome()
    assert (outcome.outcome, outcome.absent) == ("deferred", True)


async def test_a_provider_that_does_not_answer_is_asked_until_it_does(inquest: Inquest) -> None:
    inquest.archive.found["a"] = RouteDown("away")
    await inquest.doubt()

    await inquest.after(SETTLED + AGAIN)
    assert not inquest.settled
    inquest.archive.found["a"] = "SM1"
    await inquest.after(AGAIN)

    assert (await inquest.outcome()).outcome == "sent"


async def test_what_cannot_be_told_stays_unknown(inquest: Inquest) -> None:
    inquest.archive.found["a"] = Unsure("another went to this number")
    await inquest.doubt()

    await inquest.after(LONG)

    outcome = await inquest.outcome()
    assert (outcome.outcome, outcome.absent) == ("unknown", False)
    assert "another" in outcome.reason


async def test_a_bug_in_the_search_loses_nothing(
    inquest: Inquest, caplog: pytest.LogCaptureFixture
) -> None:
    inquest.archive.found["a"] = KeyError("sid")
    await inquest.doubt()
    await inquest.after(SETTLED)
    assert not inquest.settled
    assert "cannot be looked for" in caplog.text

    inquest.archive.found["a"] = "SM1"
    await inquest.after(AGAIN)

    assert (await inquest.outcome()).outcome == "sent"


async def test_a_doubt_holds_up_no_other_message(inquest: Inquest) -> None:
    before = await inquest.host.offer()
    await inquest.doubt()

    assert await inquest.host.offer() == before
    inquest.life.clock.advance(60_000)
    await inquest.host.offer(delivery("b"))
    assert (await inquest.outcome("b")).outcome == "sent"


async def test_a_message_in_doubt_is_not_sent_when_it_is_offered_again(inquest: Inquest) -> None:
    await inquest.doubt()

    await inquest.host.offer(delivery("a", again=True))
    await turns()

    assert inquest.archive.tries == 1
    assert not inquest.settled


@pytest.mark.parametrize("killed", [True, False])
async def test_a_doubt_outlives_the_sender_and_is_settled_by_the_next(
    inquest: Inquest, killed: bool
) -> None:
    await inquest.doubt()
    if killed:
        await inquest.life.die()
    else:
        assert inquest.life.sender
        await inquest.life.sender.stop()

    await inquest.begin()
    inquest.archive.found["a"] = "SM1"
    await inquest.host.offer(delivery("a", again=True))
    await turns()
    assert not inquest.settled
    await inquest.after(EARLY[0])

    assert (await inquest.outcome()).outcome == "sent"
    assert inquest.archive.tries == 1


async def test_what_was_leaving_when_the_sender_died_is_looked_for(inquest: Inquest) -> None:
    inquest.archive.late = [asyncio.CancelledError()]  # type: ignore[list-item]
    await inquest.host.offer(delivery("a"))
    await turns()
    await inquest.life.die()

    await inquest.begin()
    await inquest.host.offer(delivery("a", again=True))
    await turns()
    await inquest.after(LONG)

    assert (await inquest.outcome()).absent


async def test_after_a_power_loss_what_was_handed_over_is_looked_for(inquest: Inquest) -> None:
    await inquest.life.die()
    inquest.life.boot = "boot-2"
    await inquest.begin()
    inquest.archive.found["a"] = "SM1"

    await inquest.host.offer(delivery("a", again=True))
    await turns()
    await inquest.after(EARLY[0])

    assert (await inquest.outcome()).outcome == "sent"
    assert inquest.archive.tries == 0


async def test_an_absent_message_may_leave_again(inquest: Inquest) -> None:
    await inquest.doubt()
    await inquest.after(SETTLED)
    await inquest.outcome()
    inquest.host.outcomes.clear()

    await inquest.host.offer(delivery("a", attempts=1))

    assert (await inquest.outcome()).outcome == "sent"
    assert inquest.archive.tries == 2


async def test_the_status_says_how_many_are_in_doubt(inquest: Inquest) -> None:
    await inquest.doubt()

    sender = inquest.life.sender
    assert isinstance(sender, Sender)
    assert (await sender.status())["routes"]["email"]["in_doubt"] == 1


async def test_what_its_host_has_settled_meanwhile_is_forgotten(inquest: Inquest) -> None:
    inquest.archive.late = [Unsure("no answer"), Unsure("no answer")]
    await inquest.host.offer(delivery("a"), delivery("b"))
    await turns()
    await inquest.life.die()

    await inquest.begin()
    sender = inquest.life.sender
    assert sender
    await inquest.host.offer(delivery("b", again=True))
    await sender.caught_up("host-0")

    assert list(sender._spool.entries) == [("b", 0)]
