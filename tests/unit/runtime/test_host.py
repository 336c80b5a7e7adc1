"""A host: what it answers to parcels, rulebooks and operators, and when it ends."""

import asyncio

import msgspec
import pytest

from engine.domain import message
from engine.domain.rulebooks import definitions as document
from engine.errors import BadRequest, Busy
from engine.runtime import envelope
from engine.runtime.envelope import ACCEPTED, Item, Parcel
from engine.runtime.part import PartLost
from engine.store.memory import MemoryHostStore
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

USER = "user_id:1"


def delivered(engine: SmallEngine, number: int, *names: str, after: int = 0) -> list[int]:
    events = [engine.event(name, USER, message_id=name) for name in names]
    parcel = Parcel("another", number, after, [Item(message.encode(one)) for one in events])
    raw = engine.run(engine.runtime.call("host-0", "deliver", envelope.encode(parcel)))
    return [word.word for word in envelope.words.decode(raw)]


def test_a_parcel_sent_again_gets_the_reply_that_it_got(started: Started) -> None:
    engine = started(hosts=1)
    first = delivered(engine, 1, "Ate", "Bought")
    before = dict(engine.hosts[0].memory.counters)
    assert delivered(engine, 1, "Ate", "Bought") == first == [ACCEPTED, ACCEPTED]
    assert engine.hosts[0].memory.counters == before


def test_the_reply_to_a_parcel_outlives_the_host(started: Started) -> None:
    engine = started(hosts=1)
    first = delivered(engine, 1, "Ate")
    engine.run(engine.kill("host-0"))
    engine.run(engine.up())
    assert delivered(engine, 1, "Ate") == first


def test_parcels_are_taken_in_their_order_though_they_overtake_one_another(
    started: Started,
) -> None:
    engine = started(hosts=1)

    async def crossing() -> list[str]:
        names = ("First", "Second")
        events = [engine.event(name, USER) for name in names]
        parcels = [Parcel("another", n, n - 1, [Item(message.encode(one))]) for n, one in
                   enumerate(events, 1)]  # fmt: skip
        calls = [
            engine.runtime.call("host-0", "deliver", envelope.encode(parcel))
            for parcel in reversed(parcels)
        ]
        await asyncio.gather(*calls)
        told = [message.decode(row.body) for row in engine.log()]
        return [one.name for one in told if isinstance(one, message.Event)]

    assert engine.run(crossing()) == ["First", "Second"]


def test_an_older_rulebook_that_comes_late_is_not_put_in_force(started: Started) -> None:
    engine = started(hosts=1)
    old = envelope.encode((1, engine.coordinator.rulebooks.definitions))
    later = build.definitions(build.segment("eater", did="Ate"))
    engine.run(engine.coordinator.rulebooks.apply(document.encode(later), "ops"))
    engine.run(engine.runtime.call("host-0", "rulebook", old))
    assert engine.hosts[0].memory.rulebook.version == 2


def test_a_host_without_a_rulebook_asks_for_patience(started: Started) -> None:
    engine = started(hosts=1)

    async def called_at_once() -> None:
        await engine.runtime.kill("coordinator")
        await engine.runtime.start_part("host-0")
        await engine.runtime.call("host-0", "status", b"")

    with pytest.raises(Busy, match="no rulebook"):
        engine.run(called_at_once())
    engine.run(engine.up())


def test_a_host_ends_when_another_owns_its_store(started: Started) -> None:
    engine = started(hosts=1)
    slots = engine.table.slots_of(0)
    MemoryHostStore(slots, engine.disks[0], fence_only=True).open("another")
    with pytest.raises(PartLost):
        delivered(engine, 1, "Ate")


def test_an_operator_sets_what_is_known_of_a_contact(started: Started) -> None:
    engine = started(hosts=1)
    engine.run(engine.push(engine.event("Came", USER)))
    engine.run(engine.coordinator.act(USER, "set", "plan", "gold", "ops"))
    assert [one.attributes for one in engine.contacts().values()] == [{"plan": "gold"}]


def test_an_act_that_there_is_not_is_refused_by_name(started: Started) -> None:
    engine = started(hosts=1)
    body = msgspec.msgpack.encode((1, "ops", "erase", "", None))
    with pytest.raises(BadRequest, match="erase"):
        engine.run(engine.runtime.call("host-0", "act", body))


def test_timers_fire_at_their_time_and_after_a_downtime(started: Started) -> None:
    wait = build.scenario("s", {"event": "Ate"}, build.wait("w", for_="1h"))
    engine = started(wait, hosts=1)
    events = [engine.event("Ate", f"user_id:{number}") for number in range(300)]
    engine.run(engine.push(*events))
    engine.run(engine.kill("host-0"))
    engine.clock.advance(2 * build.HOUR)
    engine.run(engine.rest())
    told = engine.run(engine.coordinator.reports.status())
    assert (told["runs"]["waiting"], told["timers"]["armed"]) == (0, 0)
    assert engine.run(engine.fsck()) == []


def test_timers_stop_when_the_wall_clock_jumps_until_somebody_confirms_it(
    started: Started,
) -> None:
    wait = build.scenario("s", {"event": "Ate"}, build.wait("w", for_="1h"))
    engine = started(wait, hosts=1)
    engine.run(engine.push(engine.event("Ate", USER)))
    engine.clock.at += 2 * build.HOUR
    engine.run(asyncio.sleep(5))
    assert engine.run(engine.coordinator.reports.status())["timers"]["held"]
    assert engine.run(engine.coordinator.reports.status())["runs"]["waiting"] == 1
    engine.run(engine.coordinator.confirm_clock("ops"))
    engine.run(asyncio.sleep(5))
    assert engine.run(engine.coordinator.reports.status())["runs"]["waiting"] == 0
