"""What a Sender promises when a route is down, a channel is paused, or it dies itself."""

import asyncio

from engine.errors import RouteDown
from engine.runtime.sending.route import HELD
from tests.sender_host import Host, delivery
from tests.sender_life import Life, turns

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
