"""What a Sender promises its hosts, message by message."""

import asyncio

import msgspec
import pytest

from engine.errors import Busy, Deferred, Refused, Unsure
from engine.runtime import sender as sender_module
from engine.runtime.sender import POLL, Sender
from engine.runtime.sending.retry import LADDER, MINUTE
from engine.runtime.sending.spool import Spool
from tests.sender_host import Host, definitions, delivery
from tests.sender_life import Life, turns

# --- offers and outcomes --------------------------------------------------------------------------


async def test_a_message_offered_is_sent_and_its_outcome_told(life: Life) -> None:
    host = await life.begin()

    await host.offer(delivery("a"))

    assert await host.settle("a") == {"a": "sent"}
    assert host.outcomes["a"].reply == "taken"
    assert life.post.keys == ["a"]


async def test_a_key_offered_twice_is_one_message(life: Life) -> None:
    """mautic#8802: what was taken twice from the queue was sent twice."""
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


async def test_a_host_that_has_yet_to_catch_up_is_answered_at_once(life: Life) -> None:
    host = await life.begin()
    async with asyncio.timeout(POLL / 2):
        told, _credit = await host.sender.outcomes("host-0", [], wait=False)
    assert told == msgspec.msgpack.encode([])
