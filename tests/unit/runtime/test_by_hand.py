"""What a marketer writes by hand flips at the very millisecond, lived or counted from the log.

A person fills a cart, buys A, visits less and less, and stays on a page; an engine that met the same
files only afterwards says the same of the past, and what time has still to bring comes at its instant.
"""

from pathlib import Path
from typing import Any

import pytest

from engine.domain import fact
from engine.domain.duration import DAY
from engine.domain.profile.calendar import written
from engine.domain.profile.contact import Summary
from engine.domain.rulebooks.definitions import Definitions, encode
from engine.loading.definitions import load
from tests.small_engine import SmallEngine
from tests.unit.runtime.conftest import Started
from tests.unit.runtime.test_rebuild import holder
from tests.unit.runtime.workbench import placed

FILES = {
    "collections.yaml": """\
collections:
  - collection: trolley
    key: [sku]
    fields: [sku, price, quantity]
    pieces: true
    adds: [Took]
    removes: [Put Back]
    clears: [Paid]
""",
    "aggregates.yaml": """\
aggregates:
  - {aggregate: visits_30d, count: Visit Started, within: 30d}
  - {aggregate: visits_month_before, count: Visit Started, between: [60d, 30d]}
  - {aggregate: visits_trend, ratio: [visits_30d, visits_month_before]}
  - {aggregate: longest_page, max: seconds, event: Page Left}
""",
    "segments/full.yaml": """\
segment: full
condition: {collection: trolley, of: total, at_least: 100}
""",
    "segments/a_not_b.yaml": """\
segment: a_not_b
condition:
  all:
    - {did: Paid, where: {product: A}, within: 15d}
    - {did_not: Paid, where: {product: B}}
""",
    "segments/cooling.yaml": """\
segment: cooling
condition: {aggregate: visits_trend, at_most: 0.5}
""",
    "segments/readers.yaml": """\
segment: readers
condition: {aggregate: longest_page, over: 60}
""",
}
PERSON, DEVICE = placed("user_id", 0), placed("anonymous_id", 1)


@pytest.fixture
def files(tmp_path: Path) -> Definitions:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return load(tmp_path)


async def publish(engine: SmallEngine, files: Definitions) -> None:
    await engine.coordinator.rulebooks.apply(encode(files), "operator")
    await engine.rest()


async def lives(engine: SmallEngine, begun: int) -> None:
    """Until the 41st day: then time alone has still something to bring."""

    async def does(name: str, after: int, *keys: str, **rest: Any) -> None:
        engine.clock.advance(begun + after - engine.clock.now())
        await engine.push(engine.event(name, *keys, **rest))

    async def visits(after: int) -> None:
        await does("Home", after, PERSON, DEVICE, kind="page")

    async def shops(name: str, after: int, **properties: Any) -> None:
        await does(name, after, PERSON, properties=properties)

    await visits(10 * DAY)
    await visits(12 * DAY)
    await shops("Took", 20 * DAY, sku="a", price=60)
    await shops("Took", 20 * DAY + 5_000, sku="a", price=60)
    await shops("Took", 20 * DAY + 9_000, sku="b", price=1.5, quantity=2)
    await shops("Put Back", 21 * DAY, sku="a", quantity=1)
    await shops("Paid", 22 * DAY, product="A")
    await shops("Took", 30 * DAY, sku="c", price=120)
    await visits(41 * DAY)
    await visits(41 * DAY + 60_000)
    await visits(41 * DAY + 121_000)
    await engine.rest()


def crossings(engine: SmallEngine, begun: int) -> list[tuple[str, str, int]]:
    told = [one for row in engine.log() for one in fact.decode(row.facts)]
    names = {"segment_entered": "enters", "segment_left": "leaves"}
    crossed = [(f.at - begun, f.subject, names[f.what]) for f in told if f.what in names]
    return [(segment, what, at) for at, segment, what in sorted(crossed)]


COMING = [("cooling", "enters", 42 * DAY), ("cooling", "leaves", 70 * DAY)]
"""By time alone: the second visit leaves the last 30 days, the first the 60 before."""


def test_what_is_lived_flips_at_its_instant(started: Started, files: Definitions) -> None:
    engine = started()
    begun = engine.clock.now() + DAY
    engine.run(publish(engine, files))
    engine.run(lives(engine, begun))
    engine.clock.advance(29 * DAY)
    engine.run(engine.rest())
    assert crossings(engine, begun) == [
        ("full", "enters", 20 * DAY + 5_000),
        ("full", "leaves", 21 * DAY),
        ("a_not_b", "enters", 22 * DAY),
        ("full", "enters", 30 * DAY),
        ("a_not_b", "leaves", 37 * DAY),
        ("readers", "enters", 41 * DAY + 121_000),
        *COMING,
    ]


def test_what_is_counted_from_the_log_flips_at_its_instant(
    started: Started, files: Definitions
) -> None:
    engine = started()
    begun = engine.clock.now() + DAY
    engine.run(lives(engine, begun))
    engine.run(publish(engine, files))
    held = holder(engine, PERSON)
    assert held.collections["trolley"] == Summary(1, 1.0, 120.0)
    assert sorted(held.segments) == ["full", "readers"]
    found = engine.run(engine.coordinator.reports.membership("cooling", PERSON))
    assert found
    assert found["until"] == written(begun + 42 * DAY)
    engine.clock.advance(29 * DAY)
    engine.run(engine.rest())
    assert crossings(engine, begun)[2:] == COMING
