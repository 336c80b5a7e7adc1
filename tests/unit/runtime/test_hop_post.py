"""Hops: delivered until answered, to other hosts and to one's own, whoever is away."""

import asyncio

from engine.domain.effect import AskYield
from engine.domain.profile.identity import Claim
from engine.runtime.batches.batch import Batch
from tests.small_engine import SmallEngine
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.workbench import placed

HERE, AWAY = placed("user_id", 0), placed("email", 1)


def claimed(engine: SmallEngine) -> list[list[str]]:
    return [one.keys for one in engine.contacts().values()]


def test_a_claim_is_asked_of_another_host_and_of_ones_own(started: Started) -> None:
    engine = started()
    nearby = placed("email", 0)
    engine.run(engine.push(engine.event("Came", HERE, nearby, AWAY)))
    engine.run(engine.rest())
    assert claimed(engine) == [[HERE, nearby, AWAY]]
    assert not any(host.memory.hops for host in engine.hosts)


def test_what_is_owed_to_a_host_that_is_away_waits_for_it(started: Started) -> None:
    engine = started()

    async def away() -> None:
        killing = asyncio.create_task(engine.kill("host-1"))
        await engine.push(engine.event("Came", HERE, AWAY))
        await killing

    engine.run(away())
    engine.run(engine.rest())
    assert claimed(engine) == [[HERE, AWAY]]


def test_a_hop_is_owed_again_by_a_host_that_was_killed_before_it_was_answered(
    started: Started,
) -> None:
    engine = started()
    engine.roads.shut = ("hop",)
    engine.run(engine.push(engine.event("Came", HERE, AWAY)))
    assert len(engine.hosts[0].memory.hops) == 1
    engine.run(engine.kill("host-0"))
    engine.roads.shut = ()
    engine.run(engine.rest())
    assert claimed(engine) == [[HERE, AWAY]]


def test_an_answer_that_is_lost_is_asked_for_again(started: Started) -> None:
    engine = started()
    engine.roads.lossy = 0.7
    engine.run(engine.push(engine.event("Came", HERE, AWAY)))
    engine.run(engine.rest())
    assert claimed(engine) == [[HERE, AWAY]]
    assert engine.run(engine.fsck()) == []


def test_those_that_nobody_can_answer_yet_keep_no_other_waiting(started: Started) -> None:
    """250 questions to a contact that still claims, and one claim behind them."""
    engine = started()
    device = placed("anonymous_id", 1)
    engine.run(engine.push(engine.event("Came", HERE)))
    blocked = engine.run(engine.push(engine.event("Came", device)))[0].contact
    host, other = engine.hosts
    other.memory.resident(blocked).contact.claims.append(Claim("email:never", 1))
    asker = next(iter(host.memory.residents._held))
    batch = Batch(host.memory)
    for _ in range(250):
        batch.hop(asker, blocked, 0, AskYield(blocked, Claim(device, 1)))
    batch.commit()
    engine.run(engine.push(engine.event("Came", HERE, AWAY)))
    engine.run(asyncio.sleep(5))
    assert AWAY in engine.contacts()[asker].keys
    assert len(host.memory.hops) == 250
