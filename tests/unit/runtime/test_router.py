"""The router and its couriers: where an event ends up, and in which order."""

import asyncio
from random import Random

import pytest

from engine.domain import message
from engine.domain.event import PUBLIC, Event
from engine.errors import Busy
from engine.runtime import envelope
from engine.runtime.coordinator import NAME
from engine.runtime.envelope import Item, Parcel
from tests.small_engine import SmallEngine
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.workbench import placed

HERE, AWAY = placed("user_id", 0), placed("user_id", 1)
DEVICE, OTHER_DEVICE = placed("anonymous_id", 1), placed("anonymous_id", 1, number=1)


def outcomes(engine: SmallEngine, *events: Event) -> list[str]:
    return [verdict.outcome for verdict in engine.run(engine.push(*events))]


def kept(engine: SmallEngine) -> list[tuple[int, str]]:
    """Contact and name of every event, host by host in the order of its log."""
    told = [(row.contact, message.decode(row.body)) for row in engine.log()]
    return [(contact, one.name) for contact, one in told if isinstance(one, Event)]


def test_a_device_that_signs_up_is_promoted_where_it_is(started: Started) -> None:
    engine = started()
    engine.run(engine.push(engine.event("Opened", DEVICE)))
    engine.run(engine.push(engine.event("Signed Up", HERE, DEVICE)))
    engine.run(engine.rest())
    assert [one.keys for one in engine.contacts().values()] == [[DEVICE, HERE]]


def test_the_events_of_one_key_stay_in_order_whatever_ways_they_take(started: Started) -> None:
    engine = started()
    engine.roads.slow = 0.1
    names = [f"n{number}" for number in range(40)]
    devices = (DEVICE, OTHER_DEVICE, placed("anonymous_id", 0))
    events = [engine.event(name, HERE, devices[n % 3]) for n, name in enumerate(names)]
    pushes = [engine.push(*events[:20]), engine.push(*events[20:])]
    engine.run(all_of(*pushes))
    engine.run(engine.rest())
    assert [name for _contact, name in kept(engine)] == names


async def all_of(*pushes: object) -> None:
    await asyncio.gather(*pushes)  # type: ignore[call-overload]


def test_a_device_that_moved_is_followed_each_time_through_its_directory(started: Started) -> None:
    engine = started()
    engine.run(engine.push(engine.event("Opened", DEVICE), engine.event("Came", HERE)))
    engine.run(engine.push(engine.event("Signed In", HERE, DEVICE)))
    engine.run(engine.rest())
    names = [f"n{number}" for number in range(30)]
    engine.run(engine.push(*(engine.event(name, DEVICE) for name in names)))
    user = next(one for one in engine.contacts().values() if HERE in one.keys)
    assert [name for contact, name in kept(engine) if contact == user.id][-30:] == names
    assert DEVICE not in engine.coordinator.router._hints


def test_where_a_user_lives_is_remembered(started: Started) -> None:
    engine = started()
    engine.run(engine.push(engine.event("Signed Up", HERE, DEVICE)))
    engine.run(engine.rest())
    contact = engine.run(engine.push(engine.event("Came", HERE)))[0].contact
    assert engine.coordinator.router._hints == {HERE: contact}
    engine.coordinator.router._hints[HERE] = 7 << 16
    assert outcomes(engine, engine.event("Came again", HERE)) == ["accepted"]


def test_an_event_sent_again_before_its_answer_is_a_duplicate(started: Started) -> None:
    engine = started()
    engine.roads.slow = 0.2
    events = [engine.event("Came", HERE, DEVICE), engine.event("Ate", DEVICE)]

    async def twice() -> list[str]:
        first = asyncio.create_task(engine.push(*events))
        await asyncio.sleep(0.1)
        second = await engine.push(*events)
        return [verdict.outcome for verdict in [*await first, *second]]

    assert sorted(engine.run(twice())) == ["accepted"] * 2 + ["duplicate"] * 2


def test_a_retry_of_an_old_device_event_finds_who_had_it_after_a_rebind(started: Started) -> None:
    engine = started()
    old = engine.event("Ate", DEVICE)
    engine.run(engine.push(engine.event("Came", HERE, DEVICE), old))
    engine.run(engine.rest())
    engine.run(engine.push(engine.event("Came", AWAY, DEVICE)))
    engine.run(engine.rest())
    assert outcomes(engine, engine.event("New", DEVICE), old) == ["accepted", "duplicate"]
    holder = engine.directory()[DEVICE][-1].contact
    assert (holder, "New") in kept(engine)


def test_what_a_host_refuses_is_answered_with_the_reason(started: Started) -> None:
    engine = started()
    engine.run(engine.push(engine.event("Came", HERE), engine.event("Came", AWAY, DEVICE)))
    engine.run(engine.rest())
    stranger = engine.event("Came", HERE, DEVICE, trust=PUBLIC, addressed=1)
    verdict = engine.run(engine.push(stranger))[0]
    assert (verdict.outcome, verdict.code) == ("rejected", "user_token_required")


def test_parcels_go_on_when_a_host_and_the_coordinator_come_and_go(started: Started) -> None:
    engine = started()
    engine.roads.slow, dice = 0.02, Random(7)
    events = [engine.event("Ate", placed("user_id", n % 2, number=n)) for n in range(60)]

    async def through() -> None:
        pending = asyncio.create_task(engine.push(*events))
        for _ in range(4):
            await asyncio.sleep(dice.uniform(0, 0.05))
            await engine.kill(f"host-{dice.randrange(2)}")
        await pending
        await engine.kill(NAME)
        await engine.up()
        await engine.push(*events)

    engine.run(through())
    engine.run(engine.rest())
    assert len(kept(engine)) == 60


def test_a_parcel_behind_one_that_was_refused_does_not_wait_for_it(started: Started) -> None:
    """The disk was full, then the host was killed: what was refused never comes again."""
    engine = started(hosts=1)
    engine.roads.slow = 0.05

    async def refused_then_killed() -> list[str]:
        engine.disks[0].full = True
        first = asyncio.create_task(engine.push(engine.event("Ate", HERE)))
        await asyncio.sleep(0.001)
        second = asyncio.create_task(engine.push(engine.event("Ate", AWAY)))
        while not first.done():
            await asyncio.sleep(0.001)
        engine.disks[0].full = False
        await engine.kill("host-0")
        told = await asyncio.gather(first, second, return_exceptions=True)
        return [type(one).__name__ for one in told]

    assert engine.run(refused_then_killed())[0] == "Busy"


def test_a_retry_by_a_key_that_is_still_being_claimed_finds_what_took_it(started: Started) -> None:
    """Where the key leads was known to the Coordinator alone, and that was killed."""
    engine = started()
    engine.roads.shut = ("hop",)
    events = [engine.event("Signed Up", HERE, DEVICE), engine.event("Came", HERE)]
    assert outcomes(engine, *events) == ["accepted"] * 2
    engine.run(engine.kill(NAME))
    engine.run(engine.up())
    assert outcomes(engine, *events) == ["duplicate"] * 2
    engine.roads.shut = ()
    engine.run(engine.rest())
    assert [name for _contact, name in kept(engine)] == ["Signed Up", "Came"]


def test_a_retry_goes_to_its_device_again_after_another_took_the_key(started: Started) -> None:
    """The key was still being claimed when the Coordinator was killed, and somebody else came by it."""
    engine = started()
    engine.roads.shut = ("hop",)
    first = engine.event("Signed Up", HERE, DEVICE)
    assert outcomes(engine, first) == ["accepted"]
    engine.run(engine.kill(NAME))
    engine.run(engine.up())
    assert outcomes(engine, engine.event("Came", HERE)) == ["accepted"]
    for number in (0, 1):
        engine.run(engine.kill(f"host-{number}"))
    engine.run(engine.up())
    assert outcomes(engine, first, engine.event("Ate", HERE)) == ["duplicate", "accepted"]
    engine.roads.shut = ()
    engine.run(engine.rest())
    assert sorted(name for _contact, name in kept(engine)) == ["Ate", "Came", "Signed Up"]
    assert outcomes(engine, first) == ["duplicate"]


def test_when_the_key_is_the_devices_nothing_is_noted_any_more(started: Started) -> None:
    engine = started()
    assert outcomes(engine, engine.event("Signed Up", HERE, DEVICE)) == ["accepted"]
    engine.run(engine.rest())
    assert [len(host.memory.reserved) for host in engine.hosts] == [0, 0]


def test_a_parcel_of_a_coordinators_earlier_life_is_not_taken_any_more(started: Started) -> None:
    engine = started()
    old = Parcel(NAME, 1, 0, [Item(message.encode(engine.event("Came", AWAY)))])
    assert outcomes(engine, engine.event("Ate", AWAY)) == ["accepted"]
    with pytest.raises(Busy):
        engine.run(engine.runtime.call("host-1", "deliver", envelope.encode(old)))
    assert [name for _contact, name in kept(engine)] == ["Ate"]


def test_nothing_overtakes_an_event_that_was_refused(started: Started) -> None:
    """The disk of the device's host is full; what came after is for another host, but waits for it."""
    engine = started()
    events = [engine.event("Signed Up", HERE, DEVICE), engine.event("Came", HERE)]
    engine.disks[1].full = True
    with pytest.raises(Busy):
        engine.run(engine.push(*events))
    engine.disks[1].full = False
    engine.run(engine.rest())
    assert kept(engine) == []
    assert outcomes(engine, *events) == ["accepted"] * 2
    assert [name for _contact, name in kept(engine)] == ["Signed Up", "Came"]


def test_a_commit_whose_answer_was_lost_counts_once_when_its_parcel_comes_again(
    started: Started,
) -> None:
    engine = started()
    events = [engine.event("Signed Up", HERE, DEVICE), engine.event("Came", HERE)]
    engine.disks[1].cut = True
    assert outcomes(engine, *events) == ["accepted"] * 2
    engine.run(engine.rest())
    assert [name for _contact, name in kept(engine)] == ["Signed Up", "Came"]
    assert outcomes(engine, *events) == ["duplicate"] * 2
