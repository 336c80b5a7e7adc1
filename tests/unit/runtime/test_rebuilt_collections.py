"""A collection that is new or changed is filled from the log, and is unknown until it has been."""

import asyncio
from typing import Any

import msgspec
import pytest

from engine.domain.profile.collection import Collection
from engine.domain.profile.contact import NOTHING, Summary
from engine.domain.profile.shelf import unpacked
from engine.domain.rulebooks.definitions import encode
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.test_rebuild import holder
from tests.unit.runtime.workbench import placed

PERSON, DEVICE = placed("user_id", 0), placed("anonymous_id", 1)
BASKET = Collection(
    collection="basket", key=("n",), fields=("n",), worth="n", adds=("Took",), clears=("Left",)
)
RICH = build.segment("rich", collection="basket", of="total", at_least=5)


async def publish(engine: SmallEngine, *collections: Collection, asks: Any = (RICH,)) -> None:
    rules = build.definitions(*asks, collections=collections)
    await engine.coordinator.rulebooks.apply(encode(rules), "operator")


async def took(engine: SmallEngine, number: int, *keys: str) -> None:
    await engine.push(engine.event("Took", *keys, properties={"n": number}))


async def joined(engine: SmallEngine) -> None:
    """A device took one thing, a person two, and then it was the person's device: they merge."""
    await took(engine, 1, DEVICE)
    await took(engine, 2, PERSON)
    await took(engine, 3, PERSON)
    await engine.push(engine.event("Seen", PERSON, DEVICE))
    await engine.rest()


def basket(engine: SmallEngine) -> list[int]:
    """What lies in the person's, by the row that holds it; the summary must say the same."""
    one = holder(engine, PERSON)
    shelves = [host.memory.store.shelves([one.id]) for host in engine.hosts]
    [raw] = [found[one.id] for found in shelves if one.id in found] or [b""]
    held = [item["n"] for item in unpacked(raw).get("basket", [])]
    summary = one.collections.get("basket", NOTHING)
    assert (summary.count, summary.total) == (len(held), sum(held))
    return held


def test_a_new_one_holds_what_a_merged_contact_took_elsewhere(started: Started) -> None:
    engine = started()
    engine.run(joined(engine))
    engine.run(publish(engine, BASKET))
    engine.run(engine.rest())
    assert basket(engine) == [1, 2, 3]
    assert list(holder(engine, PERSON).segments) == ["rich"]
    assert engine.run(engine.fsck()) == []


@pytest.mark.usefixtures("slow")
def test_what_is_taken_meanwhile_lies_in_it_once(started: Started) -> None:
    engine = started()

    async def lives() -> None:
        await joined(engine)
        await publish(engine, BASKET)
        for number in (4, 5, 6):
            await took(engine, number, PERSON)
            await asyncio.sleep(0.004)
        await engine.rest()

    engine.run(lives())
    assert basket(engine) == [1, 2, 3, 4, 5, 6]


@pytest.mark.usefixtures("slow")
def test_nobody_enters_or_leaves_by_it_until_it_is_filled(started: Started) -> None:
    engine = started()
    poor = build.segment("poor", not_={"collection": "basket", "of": "total", "at_least": 5})

    async def lives() -> None:
        await joined(engine)
        await publish(engine, BASKET, asks=(RICH, poor))
        await took(engine, 7, PERSON)
        assert holder(engine, PERSON).pending
        assert holder(engine, PERSON).segments == {}
        assert basket(engine) == [7]
        await engine.rest()

    engine.run(lives())
    assert list(holder(engine, PERSON).segments) == ["rich"]


def test_an_edited_one_is_filled_anew_and_one_of_another_title_is_not(started: Started) -> None:
    engine = started(RICH, collections=(BASKET,))

    async def lives() -> None:
        await joined(engine)
        titled = msgspec.structs.replace(BASKET, title="Basket")
        await publish(engine, titled)
        assert not any(host.rebuild.needed() for host in engine.hosts)
        await publish(engine, msgspec.structs.replace(titled, keep=2))
        await engine.rest()

    engine.run(lives())
    assert basket(engine) == [2, 3]


def test_a_removed_one_goes_with_the_next_message(started: Started) -> None:
    engine = started(RICH, collections=(BASKET,))

    async def lives() -> None:
        await joined(engine)
        await publish(engine, asks=())
        await took(engine, 4, PERSON)
        await engine.rest()

    engine.run(lives())
    assert holder(engine, PERSON).collections == {}
    assert basket(engine) == []
    assert engine.run(engine.fsck()) == []


def test_one_that_was_emptied_since_is_empty(started: Started) -> None:
    engine = started()

    async def lives() -> None:
        await joined(engine)
        await engine.push(engine.event("Left", PERSON))
        await publish(engine, BASKET)
        await engine.rest()

    engine.run(lives())
    assert holder(engine, PERSON).collections == {"basket": Summary()}


def test_undone_merges_are_undone_in_what_is_filled(started: Started) -> None:
    engine = started()

    async def lives() -> None:
        await joined(engine)
        await took(engine, 4, DEVICE)
        await engine.coordinator.identities.unmerge(PERSON, "", "operator")
        await engine.rest()
        await publish(engine, BASKET)
        await engine.rest()

    engine.run(lives())
    assert basket(engine) == [2, 3]
    assert holder(engine, DEVICE).collections["basket"] == Summary(2, 2.0, 5.0)
