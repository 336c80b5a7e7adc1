"""Between outbox and Sender: credit, hand-over, outcomes, and what is offered again."""

import asyncio
from collections import Counter

from engine.domain import fact
from engine.domain.rulebooks.definitions import encode
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

PARTS = (
    build.scenario("s", {"event": "Ate"}, build.send("mail")),
    build.template(transactional=True),
)
TRAITS = {"email": "a@b.c"}


def ate(engine: SmallEngine, people: int) -> None:
    events = [engine.event("Ate", f"user_id:{n}", traits=TRAITS) for n in range(people)]
    engine.run(engine.push(*events))


def ends(engine: SmallEngine) -> Counter[str]:
    """How the messages ended, as the log tells it."""
    told = [one for row in engine.log() for one in fact.decode(row.facts)]
    return Counter(one.what for one in told if one.what in ("sent", "failed", "unknown"))


def test_every_message_leaves_once_however_little_credit_there_is(started: Started) -> None:
    engine = started(*PARTS)
    ate(engine, 60)
    engine.run(engine.rest())
    assert ends(engine) == {"sent": 60}
    assert set(engine.post.left.values()) == {1}


def test_what_is_put_off_leaves_at_its_next_attempt(started: Started) -> None:
    engine = started(*PARTS)
    engine.post.ends = ("deferred", "sent")
    ate(engine, 20)
    engine.run(engine.rest())
    assert ends(engine) == {"sent": 20}
    assert set(engine.post.left.values()) == {1}


def test_a_sender_that_died_is_offered_what_was_on_its_way(started: Started) -> None:
    engine = started(*PARTS)
    engine.roads.slow = 0.2

    async def dies() -> None:
        for _ in range(3):
            await engine.kill("sender")
            await asyncio.sleep(0.4)

    ate(engine, 30)
    engine.run(dies())
    engine.run(engine.rest())
    assert ends(engine) == {"sent": 30}
    assert set(engine.post.left.values()) == {1}


def test_a_host_that_died_offers_again_what_it_had_decided(started: Started) -> None:
    engine = started(*PARTS, hosts=1)

    async def both_die() -> None:
        while not engine.hosts[0].send_post.credit:
            await asyncio.sleep(0.01)
        await engine.kill("sender")
        await engine.push(engine.event("Ate", "user_id:1", traits=TRAITS))
        assert engine.hosts[0].memory.outbox.sending == 1
        await engine.kill("host-0")

    engine.run(both_die())
    engine.run(engine.rest())
    assert ends(engine) == {"sent": 1}


def test_answers_that_are_lost_neither_lose_nor_repeat_a_message(started: Started) -> None:
    engine = started(*PARTS)
    engine.roads.lossy, engine.roads.slow = 0.4, 0.05
    engine.post.ends = ("sent", "deferred")
    ate(engine, 30)
    engine.run(engine.rest())
    assert ends(engine) == {"sent": 30}
    assert set(engine.post.left.values()) == {1}


def test_a_message_that_waits_follows_its_contact_into_another_one(started: Started) -> None:
    engine = started(*PARTS)
    engine.run(engine.kill("sender"))
    engine.run(engine.push(engine.event("Came", "user_id:1")))
    engine.run(engine.push(engine.event("Ate", "anonymous_id:d", traits=TRAITS)))
    engine.run(engine.push(engine.event("Signed In", "user_id:1", "anonymous_id:d")))
    engine.run(engine.rest())
    assert ends(engine) == {"sent": 1}
    assert len([one for one in engine.contacts().values() if one.merged_into]) == 1


def test_the_figures_of_messages_add_up(started: Started) -> None:
    engine = started(*PARTS)
    engine.post.ends = ("sent", "failed", "deferred")
    ate(engine, 40)
    engine.run(engine.rest())
    told = engine.run(engine.coordinator.reports.status())["messages"]
    assert told["intended"] == told["sent"] + told["failed"] == 40
    assert (
        engine.run(engine.coordinator.rulebooks.apply(encode(build.definitions(*PARTS)), "ops"))
        == 1
    )
