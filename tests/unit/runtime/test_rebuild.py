"""A rebuild: what a new rulebook asks of the past, in an engine that goes on living."""

import asyncio
from typing import Any

import pytest

from engine.domain import message
from engine.domain.message import Rebuilt
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import encode
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.workbench import placed

PERSON, OTHER = placed("user_id", 0), placed("user_id", 1)
DEVICE = placed("anonymous_id", 1)
"""They live on different hosts."""

ATE = build.segment("eaters", did="Ate", at_least=2)
HEAT = build.score("heat", {"event": "Ate", "points": 3})


async def publish(engine: SmallEngine, *parts: Any) -> None:
    await engine.coordinator.rulebooks.apply(encode(build.definitions(*parts)), "operator")


async def ate(engine: SmallEngine, *keys: str) -> None:
    await engine.push(engine.event("Ate", *keys))


def holder(engine: SmallEngine, key: str) -> Contact:
    [found] = [c for c in engine.contacts().values() if key in c.keys and not c.merged_into]
    return found


def eaten(engine: SmallEngine, key: str) -> Any:
    """How often, by what the contact has counted itself; nothing may be pending."""
    one = holder(engine, key)
    assert one.pending == {}
    return list(one.counts.values())


def rebuilt(engine: SmallEngine) -> int:
    return sum(isinstance(message.decode_row(row.body), Rebuilt) for row in engine.log())


async def joined(engine: SmallEngine) -> None:
    """A device ate once, a person twice, and then it was the person's device: they merge."""
    await ate(engine, DEVICE)
    await ate(engine, PERSON)
    await ate(engine, PERSON)
    await engine.push(engine.event("Seen", PERSON, DEVICE))
    await engine.rest()


def test_what_a_merged_contact_did_elsewhere_is_counted(started: Started) -> None:
    engine = started()
    engine.run(joined(engine))
    engine.run(publish(engine, ATE, HEAT))
    engine.run(engine.rest())
    assert eaten(engine, PERSON) == [3]
    assert holder(engine, PERSON).scores["heat"][0] == 9
    assert "eaters" in holder(engine, PERSON).segments


@pytest.mark.usefixtures("slow")
def test_what_happens_meanwhile_is_counted_once(started: Started) -> None:
    engine = started()

    async def lives() -> None:
        await ate(engine, PERSON)
        await publish(engine, ATE)
        for _ in range(5):
            await ate(engine, PERSON)
            await asyncio.sleep(0.004)
        await engine.rest()

    engine.run(lives())
    assert eaten(engine, PERSON) == [6]


@pytest.mark.usefixtures("slow")
def test_a_merge_meanwhile_is_counted_once(started: Started) -> None:
    engine = started()

    async def lives() -> None:
        await ate(engine, OTHER)
        await ate(engine, DEVICE)
        await ate(engine, PERSON)
        await publish(engine, ATE)
        await engine.push(engine.event("Seen", PERSON, DEVICE))
        await ate(engine, PERSON)
        await engine.rest()

    engine.run(lives())
    assert (eaten(engine, PERSON), eaten(engine, OTHER)) == ([3], [1])
    assert engine.run(engine.fsck()) == []


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("after", [0.0, 0.015, 0.03, 0.045])
def test_a_host_that_is_killed_goes_on_where_it_was(started: Started, after: float) -> None:
    engine = started()

    async def lives() -> None:
        for number in range(4):
            await ate(engine, placed("user_id", 0, number=number))
        await publish(engine, ATE)
        await asyncio.sleep(after)
        await engine.kill("host-0")
        await engine.rest()

    engine.run(lives())
    assert [eaten(engine, placed("user_id", 0, number=n)) for n in range(4)] == [[1]] * 4
    assert rebuilt(engine) == 4


@pytest.mark.usefixtures("slow")
def test_a_second_rulebook_during_a_rebuild_is_rebuilt_too(started: Started) -> None:
    engine = started()

    async def lives() -> None:
        await joined(engine)
        await publish(engine, ATE)
        await asyncio.sleep(0.02)
        await publish(engine, ATE, HEAT, build.segment("seers", did="Seen"))
        await engine.rest()

    engine.run(lives())
    assert sorted(eaten(engine, PERSON)) == [1, 3]
    assert sorted(holder(engine, PERSON).segments) == ["eaters", "seers"]


def test_undone_merges_are_undone_in_what_is_rebuilt(started: Started) -> None:
    engine = started()

    async def lives() -> None:
        await joined(engine)
        await engine.coordinator.identities.unmerge(PERSON, "", "operator")
        await engine.rest()
        await publish(engine, ATE)
        await engine.rest()

    engine.run(lives())
    assert (eaten(engine, PERSON), eaten(engine, DEVICE)) == ([2], [1])


def test_a_segment_that_counts_nothing_new_only_asks_and_writes_where_that_tells(
    started: Started,
) -> None:
    engine = started()

    async def lives() -> None:
        await engine.push(engine.event("Identify", PERSON, traits={"vip": True}))
        await ate(engine, OTHER)
        await publish(engine, build.segment("vips", attribute="vip", is_=True))
        await engine.rest()

    engine.run(lives())
    assert "vips" in holder(engine, PERSON).segments
    assert rebuilt(engine) == 1


@pytest.mark.usefixtures("slow")
def test_a_segment_tells_how_far_it_is_built(started: Started) -> None:
    engine = started()

    async def lives() -> tuple[Any, Any]:
        for number in range(4):
            await ate(engine, placed("user_id", 0, number=number))
        await publish(engine, ATE)
        await asyncio.sleep(0.03)
        told = (
            await engine.coordinator.reports.segments(),
            await engine.coordinator.reports.status(),
        )
        await engine.rest()
        return told

    [[segment], status] = engine.run(lives())
    assert 0 < segment["building"] <= status["rebuild"]["percent"] < 100
    assert engine.run(engine.coordinator.reports.segments())[0]["building"] is None
