"""What a Sender promises its hosts, over a channel that answers as each test says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import ClassVar

import pytest

from engine.clock import ManualClock
from engine.errors import Busy, Deferred, Refused, RouteDown, Unsure
from engine.ports import Channel, Rendered
from engine.runtime import sender as sender_module
from engine.runtime.retry import LADDER, MINUTE
from engine.runtime.route import HELD
from engine.runtime.sender import Sender
from engine.runtime.spool import Spool
from tests.sender_host import Host, definitions, delivery


class Post:
    """A channel in memory: ``answers`` are raised in turn, ``late`` ones after leaving."""

    name: ClassVar[str] = "post"

    def __init__(self, capacity: int = 4) -> None:
        self.capacity = capacity
        self.answers: list[Exception] = []
        self.late: list[Exception] = []
        self.taken: list[Rendered] = []
        self.tries = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, message: Rendered, leaving: Callable[[], None]) -> str:
        self.tries += 1
        await self.gate.wait()
        if self.answers:
            raise self.answers.pop(0)
        leaving()
        if self.late:
            raise self.late.pop(0)
        self.taken.append(message)
        return "taken"

    async def close(self) -> None: ...

    @property
    def keys(self) -> list[str]:
        return [message.key for message in self.taken]


class Life:
    """One machine: its spool file, its clock, and the Sender that lives now."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "sender.spool"
        self.clock = ManualClock()
        self.post = Post()
        self.sender: Sender | None = None
        self.boot = "boot-1"
        spool = Spool(self.path, self.boot)
        spool.trust("host-0")
        spool.close()

    async def begin(self, channel: Channel | None = None) -> Host:
        """A new Sender on the same spool, with the template ``hello`` published."""
        channels: dict[str, Channel] = {"email": channel or self.post}
        self.sender = Sender(channels, Spool(self.path, self.boot), self.clock)
        await self.sender.start()
        await self.sender.publish(1, definitions(hello="Hi", named="Hi {{ contact.name }}"))
        return Host(self.sender)

    async def die(self) -> None:
        """As by kill -9: nothing more is written."""
        assert self.sender
        self.sender.drop()
        await asyncio.sleep(0)
        self.sender = None


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    life = Life(tmp_path)
    yield life
    if life.sender:
        await life.sender.stop()


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


# --- offers and outcomes --------------------------------------------------------------------------


async def test_a_message_offered_is_sent_and_its_outcome_told(life: Life) -> None:
    host = await life.begin()

    await host.offer(delivery("a"))

    assert await host.settle("a") == {"a": "sent"}
    assert host.outcomes["a"].reply == "taken"
    assert life.post.keys == ["a"]


async def test_a_key_offered_twice_is_one_message(life: Life) -> None:
    host = await life.begin()

    await host.offer(delivery("a"), delivery("a"))
    await host.offer(delivery("a"))
    await host.settle("a")
    await host.offer(delivery("a"))
    await turns()

    assert life.post.keys == ["a"]


async def test_an_outcome_comes_again_until_it_is_acknowledged(life: Life) -> None:
    host = await life.begin()
    await host.offer(delivery("a"))

    first = await host.poll(acknowledge=False)
    second = await host.poll()
    third = await host.poll()

    assert [outcome.key for outcome in first + second] == ["a", "a"]
    assert third == []


async def test_an_offer_that_was_late_on_its_way_is_answered_and_not_sent(life: Life) -> None:
    host = await life.begin()
    await host.offer(delivery("a"))
    await host.settle("a")
    await host.poll()

    await host.offer(delivery("a"))

    assert [(told.key, told.outcome) for told in await host.poll()] == [("a", "sent")]
    assert life.post.keys == ["a"]


async def test_each_host_is_told_of_its_own_messages(life: Life) -> None:
    host = await life.begin()
    assert life.sender
    other = Host(life.sender, "host-1")

    await host.offer(delivery("a"))
    await other.offer(delivery("b"))

    assert await host.settle("a") == {"a": "sent"}
    assert await other.settle("b") == {"b": "sent"}
    assert (set(host.outcomes), set(other.outcomes)) == ({"a"}, {"b"})


async def test_credit_is_twice_the_connections_less_what_is_in_hand(life: Life) -> None:
    host = await life.begin()
    life.post.gate.clear()

    left = [await host.offer(delivery(str(number))) for number in range(10)]

    assert left == [7, 6, 5, 4, 3, 2, 1, 0, 0, 0]
    life.post.gate.set()
    assert set((await host.settle(map(str, range(10)))).values()) == {"sent"}


async def test_hosts_share_the_credit(life: Life) -> None:
    host = await life.begin()
    assert life.sender
    other = Host(life.sender, "host-1")
    life.post.gate.clear()
    await host.offer(*(delivery(str(number)) for number in range(8)))

    assert await other.offer() == 4
    assert await host.offer() == 0
    life.post.gate.set()


async def test_a_host_that_takes_no_outcomes_is_refused_at_last(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "BOUND", 3)
    host = await life.begin()
    await host.offer(*(delivery(str(number)) for number in range(3)))
    await turns()

    with pytest.raises(Busy):
        await host.offer(delivery("more"))

    await host.settle(["0", "1", "2"])
    await host.poll()
    await host.offer(delivery("more"))
    assert await host.settle(["more"]) == {"more": "sent"}


async def test_nothing_leaves_before_the_first_rulebook(life: Life) -> None:
    life.sender = Sender({"email": life.post}, Spool(life.path, life.boot), life.clock)
    await life.sender.start()
    host = Host(life.sender)
    await host.offer(delivery("a"))
    await turns()
    assert life.post.tries == 0

    await life.sender.publish(1, definitions(hello="Hi"))

    assert await host.settle("a") == {"a": "sent"}


# --- text -----------------------------------------------------------------------------------------


async def test_the_newest_text_of_a_name_is_used(life: Life) -> None:
    host = await life.begin()
    assert life.sender
    await life.sender.publish(3, definitions(hello="New"))
    await life.sender.publish(2, definitions(hello="Overtaken"))

    await host.offer(delivery("a", version="Hi"))
    await host.settle("a")

    assert life.post.taken[0].text == "New"


async def test_a_text_that_is_gone_is_still_known_to_messages_that_named_it(life: Life) -> None:
    host = await life.begin()
    assert life.sender
    await life.sender.publish(2, definitions(other="Other"))

    await host.offer(delivery("a", version="Hi"), delivery("b", version="Never"))

    assert await host.settle("ab") == {"a": "sent", "b": "failed"}
    assert "no template hello" in host.outcomes["b"].reason


async def test_a_missing_variable_fails_that_message_alone(life: Life) -> None:
    host = await life.begin()

    await host.offer(delivery("a", template="named"), delivery("b", template="named", name="Ada"))

    assert await host.settle("ab") == {"a": "failed", "b": "sent"}
    assert host.outcomes["a"].reason == "missing_variable: contact.name"
    assert life.post.tries == 1


async def test_a_channel_that_is_not_here_fails_the_message(life: Life) -> None:
    host = await life.begin()

    await host.offer(delivery("a", channel="pigeon"))

    assert await host.settle("a") == {"a": "failed"}
    assert host.outcomes["a"].reason == "there is no channel pigeon here"


# --- verdicts -------------------------------------------------------------------------------------


async def test_a_refusal_is_final_and_says_whether_to_suppress(life: Life) -> None:
    host = await life.begin()
    life.post.answers = [Refused("no such user", reply="550 no", suppress=True)]

    await host.offer(delivery("a"))
    await host.settle("a")

    told = host.outcomes["a"]
    assert (told.outcome, told.suppress, told.reply) == ("failed", True, "550 no")


async def test_a_message_put_off_comes_back_with_its_pause_and_may_be_offered_again(
    life: Life,
) -> None:
    host = await life.begin()
    life.post.answers = [Deferred("greylisted")]
    await host.offer(delivery("a"))
    assert await host.settle("a") == {"a": "deferred"}
    assert host.outcomes.pop("a").retry_after == MINUTE

    await host.offer(delivery("a", attempts=1))

    assert await host.settle("a") == {"a": "sent"}


async def test_a_late_acknowledgement_does_not_hide_the_outcome_of_the_next_attempt(
    life: Life,
) -> None:
    host = await life.begin()
    life.post.answers = [Deferred("greylisted")]
    await host.offer(delivery("a"))
    await host.poll()
    await host.offer(delivery("a", attempts=1))
    await turns()

    told = await host.poll()

    assert [outcome.outcome for outcome in told] == ["sent"]


async def test_a_message_is_given_up_after_the_last_rung(life: Life) -> None:
    host = await life.begin()
    life.post.answers = [Deferred("greylisted")]

    await host.offer(delivery("a", attempts=len(LADDER), at=life.clock.now() - sum(LADDER)))

    assert await host.settle("a") == {"a": "failed"}
    assert host.outcomes["a"].reason == "gave up after 7 attempts: greylisted"


async def test_a_message_that_may_have_been_taken_is_unknown_and_not_tried_again(
    life: Life,
) -> None:
    host = await life.begin()
    life.post.late = [Unsure("lost after DATA")]

    await host.offer(delivery("a"))

    assert await host.settle("a") == {"a": "unknown"}
    assert life.post.tries == 1


@pytest.mark.parametrize(("late", "outcome"), [(False, "failed"), (True, "unknown")])
async def test_a_bug_in_one_message_stops_no_other(
    life: Life, late: bool, outcome: str, caplog: pytest.LogCaptureFixture
) -> None:
    host = await life.begin()
    (life.post.late if late else life.post.answers).append(ZeroDivisionError("bug"))

    await host.offer(delivery("a"), delivery("b"))

    assert await host.settle("ab") == {"a": outcome, "b": "sent"}
    assert host.outcomes["a"].reason == "ZeroDivisionError: bug"
    assert "ZeroDivisionError" in caplog.text


# --- routes ---------------------------------------------------------------------------------------


async def test_a_route_that_is_down_holds_messages_and_then_sends_each_once(life: Life) -> None:
    host = await life.begin()
    life.post.answers = [RouteDown("no connection") for _ in range(7)]
    await host.offer(*(delivery(key) for key in "abcdefgh"))
    await turns()
    assert life.sender
    assert (await life.sender.status())["routes"]["email"]["breaker"] == "open"

    while len(host.outcomes) < 8:
        life.clock.advance(500)
        await asyncio.sleep(0.002)
        raw = await life.sender.status()
        if raw["unacknowledged"]:
            await host.poll()

    assert sorted(life.post.keys) == list("abcdefgh")
    assert {outcome.outcome for outcome in host.outcomes.values()} == {"sent"}


async def test_a_route_that_stays_down_is_probed_with_one_message_at_a_time(life: Life) -> None:
    host = await life.begin()
    life.post.answers = [RouteDown("no connection") for _ in range(100)]
    await host.offer(*(delivery(key) for key in "abcdefgh"))
    await turns()
    begun = life.post.tries

    life.clock.advance(1_000)
    await asyncio.sleep(0.02)

    assert begun == life.post.capacity
    assert life.post.tries == begun + 1


async def test_what_waited_long_for_a_route_goes_back_to_its_host(life: Life) -> None:
    host = await life.begin()
    life.post.answers = [RouteDown("no connection") for _ in range(100)]
    await host.offer(*(delivery(key) for key in "abcdefgh"))
    await turns()

    life.clock.advance(int(HELD * 1_000) + 1)
    outcomes = await host.settle("abcdefgh")

    assert set(outcomes.values()) == {"deferred"}
    assert "no connection" in host.outcomes["a"].reason
    assert host.outcomes["a"].retry_after > 0


async def test_a_paused_channel_lets_nothing_leave_and_gives_back_what_waits(life: Life) -> None:
    host = await life.begin()
    assert life.sender
    life.post.gate.clear()
    await host.offer(*(delivery(key) for key in "abcdef"))
    await turns()

    await life.sender.pause("email", paused=True)
    life.post.gate.set()

    assert set((await host.settle("abcdef")).values()) == {"deferred"}
    assert life.post.taken == []


async def test_a_channel_that_goes_on_sends_what_is_offered_again(life: Life) -> None:
    host = await life.begin()
    assert life.sender
    await life.sender.pause("email", paused=True)
    await host.offer(delivery("a"))
    await host.settle("a")
    host.outcomes.clear()

    await life.sender.pause("email", paused=False)
    await host.offer(delivery("a", attempts=1))

    assert await host.settle("a") == {"a": "sent"}


# --- lives ----------------------------------------------------------------------------------------


async def test_what_was_leaving_when_the_sender_died_is_unknown_and_never_doubled(
    life: Life,
) -> None:
    host = await life.begin()
    life.post.late = [asyncio.CancelledError()]  # type: ignore[list-item]
    await host.offer(delivery("a"))
    await turns()
    await life.die()

    host = await life.begin()
    await host.offer(delivery("a", again=True))

    assert await host.settle("a") == {"a": "unknown"}
    assert life.post.taken == []


async def test_what_had_not_left_when_the_sender_died_is_sent_when_offered_again(
    life: Life,
) -> None:
    host = await life.begin()
    life.post.gate.clear()
    await host.offer(delivery("a"))
    await turns()
    await life.die()
    life.post.gate.set()

    host = await life.begin()
    await host.offer(delivery("a", again=True))

    assert await host.settle("a") == {"a": "sent"}
    assert life.post.keys == ["a"]


async def test_an_outcome_that_no_host_acknowledged_is_told_by_the_next_life(life: Life) -> None:
    host = await life.begin()
    await host.offer(delivery("a"))
    await turns()
    await life.die()

    host = await life.begin()
    await host.offer(delivery("a", again=True))

    assert await host.settle("a") == {"a": "sent"}
    assert life.post.keys == ["a"]


async def test_after_a_power_loss_what_was_handed_over_without_a_record_is_unknown(
    life: Life,
) -> None:
    life.boot = "boot-2"
    host = await life.begin()

    await host.offer(delivery("a", again=True), delivery("b"))

    assert await host.settle("ab") == {"a": "unknown", "b": "sent"}
    assert life.post.keys == ["b"]


async def test_a_doubt_after_a_power_loss_outlives_the_sender(life: Life) -> None:
    life.boot = "boot-2"
    host = await life.begin()
    await host.offer(delivery("a", again=True))
    assert life.sender
    await life.sender.caught_up("host-0")
    await life.die()

    host = await life.begin()
    await host.offer(delivery("a", again=True))

    assert await host.settle("a") == {"a": "unknown"}
    assert life.post.keys == []


async def test_what_a_host_that_caught_up_had_marked_and_never_offered_leaves_once(
    life: Life,
) -> None:
    life.boot = "boot-2"
    host = await life.begin()
    assert life.sender
    await life.sender.caught_up("host-0")

    await host.offer(delivery("a", again=True))
    other = Host(life.sender, "host-1")
    await other.offer(delivery("b", again=True))

    assert await host.settle("a") == {"a": "sent"}
    assert await other.settle("b") == {"b": "unknown"}


async def test_stopping_finishes_what_is_leaving_and_begins_nothing(life: Life) -> None:
    host = await life.begin()
    assert life.sender
    life.post.gate.clear()
    await host.offer(*(delivery(key) for key in "abcdefgh"))
    await turns()

    stopping = asyncio.create_task(life.sender.stop())
    await turns()
    life.post.gate.set()
    await stopping
    life.sender = None

    assert life.post.taken == []
    host = await life.begin()
    await host.offer(*(delivery(key, again=True) for key in "abcdefgh"))
    assert set((await host.settle("abcdefgh")).values()) == {"sent"}
