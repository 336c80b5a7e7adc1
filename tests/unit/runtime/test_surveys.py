"""Surveys: a preview is what publishing would give, a forecast is what time then brings."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from engine.domain import fact
from engine.domain.duration import DAY, MINUTE
from engine.domain.profile.collection import Collection
from engine.domain.rulebooks.definitions import encode
from engine.errors import BadRequest, Unknown
from engine.runtime.scanning import scans, survey_part
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.workbench import placed

DAYS = 14
PEOPLE = 12
BASKET = Collection(
    collection="basket", key=("n",), fields=("n",), worth="n", adds=("Ate",), clears=("Left",)
)
HEAT = build.score("heat", {"event": "Ate", "points": 3})
HUNGRY = build.segment("hungry", did_not="Ate", within="3d")
NEW = (
    build.segment("eaters", did="Ate", at_least=2, within="5d"),
    build.segment("hot", score="heat", at_least=6),
    build.segment("holders", collection="basket", contains="3"),
    build.segment("either", any=[{"segment": "eaters"}, {"segment": "hungry"}]),
)
EDITED = build.segment("hungry", did_not="Ate", within="9d")


def person(number: int) -> str:
    return placed("user_id", number % 2, number=number)


async def lives(engine: SmallEngine) -> None:
    """People on two hosts eat now and then; a device that ate turns out to be one of them."""
    dice = Random(5)
    await engine.push(engine.event("Ate", "anonymous_id:d", properties={"n": 3}))
    for _ in range(30):
        engine.clock.advance(dice.randrange(720 * MINUTE))
        who, what = person(dice.randrange(PEOPLE)), dice.choice(["Ate", "Ate", "Left", "Seen"])
        await engine.push(engine.event(what, who, properties={"n": dice.randrange(5)}))
    await engine.push(engine.event("Seen", person(0), "anonymous_id:d"))
    await engine.rest()


async def previewed(engine: SmallEngine, rules: Any, *names: str) -> dict[str, Any]:
    pieces = [told async for told in engine.coordinator.surveys.preview(encode(rules), names)]
    assert all("progress" in told for told in pieces[:-1])
    return dict(pieces[-1]["found"])


async def foreseen(engine: SmallEngine, segment: str) -> dict[str, Any]:
    pieces = [told async for told in engine.coordinator.surveys.forecast(segment, DAYS)]
    return dict(pieces[-1]["found"])


def members(engine: SmallEngine, segment: str) -> set[int]:
    return {one.id for one in engine.contacts().values() if segment in one.segments}


def test_a_preview_is_what_publishing_gives_and_changes_nothing(started: Started) -> None:
    engine = started(HUNGRY)
    rules = build.definitions(EDITED, HEAT, *NEW, collections=(BASKET,))
    engine.run(lives(engine))
    before, rows = engine.states(), len(engine.log())
    found = engine.run(previewed(engine, rules))
    assert (engine.states(), len(engine.log())) == (before, rows)
    was = members(engine, "hungry")
    engine.run(engine.coordinator.rulebooks.apply(encode(rules), "operator"))
    engine.run(engine.rest())
    names = {one["segment"] for one in found["segments"]}
    assert names == {"hungry", *(one.segment for one in NEW)}
    for one in found["segments"]:
        inside = members(engine, one["segment"])
        assert inside
        assert (one["size"], one["unknown"]) == (len(inside), 0)
        assert {who["id"] for who in one["sample"]} <= inside
        assert len(one["sample"]) == min(10, len(inside))
        both = {row["segment"]: row["both"] for row in one["overlap"]}
        assert both == {
            o: n for o in names - {one["segment"]} if (n := len(inside & members(engine, o)))
        }
    [hungry] = [one for one in found["segments"] if one["segment"] == "hungry"]
    assert hungry["change"] == "changed"
    assert (hungry["before"], hungry["stay"]) == (len(was), len(was & members(engine, "hungry")))


def test_what_happens_during_a_preview_is_seen_by_it(started: Started) -> None:
    engine = started()
    rules = build.definitions(build.segment("eaters", did="Ate"))

    async def meanwhile() -> dict[str, Any]:
        await lives(engine)
        told: dict[str, Any] = {}
        async for told in engine.coordinator.surveys.preview(encode(rules), ()):
            if "progress" in told:
                await engine.push(engine.event("Ate", person(11)))
        return dict(told["found"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scans, "BREATH", 0.5)
        [one] = engine.run(meanwhile())["segments"]
    engine.run(engine.coordinator.rulebooks.apply(encode(rules), "operator"))
    engine.run(engine.rest())
    assert one["size"] == len(members(engine, "eaters"))


@pytest.mark.parametrize("segment", ["hungry", "eaters", "either", "hot"])
def test_a_forecast_is_what_then_happens(started: Started, segment: str) -> None:
    cooling = build.score("heat", {"event": "Ate", "points": 9}, half_life="2d")
    engine = started(HUNGRY, cooling, *NEW, collections=(BASKET,))
    engine.run(lives(engine))
    now, found = engine.clock.now(), engine.run(foreseen(engine, segment))
    assert (found["size"], found["unknown"]) == (len(members(engine, segment)), 0)
    engine.clock.advance(DAYS * DAY)
    engine.run(engine.rest())
    crossed: Counter[tuple[str, int]] = Counter()
    for one in (one for row in engine.log() for one in fact.decode(row.facts)):
        if one.subject == segment and now < one.at <= now + DAYS * DAY:
            crossed[one.what, (one.at - now - 1) // DAY] += 1
    assert crossed
    for day, row in enumerate(found["days"]):
        assert row["enters"] == crossed["segment_entered", day]
        assert row["leaves"] == crossed["segment_left", day]
    assert found["days"][-1]["size"] == len(members(engine, segment))


def test_a_survey_that_nobody_asks_about_ends(started: Started) -> None:
    engine = started(HUNGRY)

    async def abandoned() -> int:
        await lives(engine)
        pieces = engine.coordinator.surveys.forecast("hungry", DAYS)
        await anext(pieces)
        [*running] = [one for host in engine.hosts for one in host.surveys.running]
        await engine.rest()
        engine.clock.advance(0)
        return len(running)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scans, "BREATH", 1e6)
        patch.setattr(survey_part, "PATIENCE", 1.0)
        assert engine.run(abandoned()) == 2
    assert not any(host.surveys.running for host in engine.hosts)


def test_nobody_foresees_a_segment_that_is_not_there(started: Started) -> None:
    engine = started(HUNGRY)
    with pytest.raises(Unknown, match="there are hungry"):
        engine.run(foreseen(engine, "hngry"))
    with pytest.raises(Unknown, match="there are hungry"):
        engine.run(previewed(engine, build.definitions(HUNGRY), "hngry"))
    with pytest.raises(BadRequest, match="1 to 366 days"):
        engine.run(anext(engine.coordinator.surveys.forecast("hungry", 0)))
