"""The difference that other rules make to scores and grades is told before they are published."""

from typing import Any

import msgspec
import pytest

from engine.domain.duration import DAY
from engine.domain.rulebooks.definitions import Definitions, encode
from engine.domain.scores.matrix import Matrix
from engine.errors import Unknown
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

MATRIX = msgspec.convert(
    {
        "letter": {"score": "heat", "grades": {"A": 9, "B": 3}},
        "digit": {"score": "fit", "grades": {"1": 5}},
    },
    Matrix,
)
FIT = build.score("fit", {"attribute": "role", "is": "chef", "points": 5})
HEAT = build.score("heat", {"event": "Ate", "points": 3}, half_life="2d")
NEW = build.score(
    "heat",
    {"event": "Ate", "points": 4, "cap": 8},
    {"event": "Left", "points": 1},
    {"if": {"did": "Left", "within": "30d"}, "points": 2},
    linear={"points": 1, "every": "1d"},
)
RULES = build.definitions(NEW, FIT, matrix=MATRIX)


async def lives(engine: SmallEngine) -> None:
    for number in range(5):
        for _ in range(number):
            await engine.push(engine.event("Ate", f"anonymous_id:{number}"))
    await engine.push(engine.event("Left", "user_id:1", traits={"role": "chef"}))
    await engine.rest()
    engine.clock.advance(DAY)
    await engine.push(engine.event("Ate", "user_id:1"))
    await engine.rest()


async def previewed(engine: SmallEngine, rules: Definitions, *scores: str) -> dict[str, Any]:
    pieces = engine.coordinator.surveys.preview(encode(rules), (), scores)
    return dict([told async for told in pieces][-1]["found"])


def values(engine: SmallEngine, score: str) -> dict[int, float]:
    book, now = engine.hosts[0].memory.rulebook, engine.clock.now()
    return {n: book.gauges[score].of(one, now) for n, one in engine.contacts().items()}


def grades(engine: SmallEngine) -> list[str]:
    found = engine.hosts[0].memory.rulebook.grades
    assert found is not None
    return [found.of(one, engine.clock.now()) for one in engine.contacts().values()]


def test_the_difference_is_what_publishing_then_makes(started: Started) -> None:
    engine = started(HEAT, FIT, matrix=MATRIX)
    engine.run(lives(engine))
    before, grades_before = values(engine, "heat"), grades(engine)
    found = engine.run(previewed(engine, RULES))
    assert values(engine, "heat") == before
    engine.run(engine.coordinator.rulebooks.apply(encode(RULES), "operator"))
    engine.run(engine.rest())
    after, grades_after = values(engine, "heat"), grades(engine)
    [heat] = found["scores"]
    assert (heat["score"], heat["change"]) == ("heat", "changed")
    assert heat["changed"] == sum(after[n] != pytest.approx(before[n]) for n in after)
    for one in heat["movers"]:
        assert one["before"] == pytest.approx(before[one["id"]])
        assert one["after"] == pytest.approx(after[one["id"]])
    moved = [abs(one["after"] - one["before"]) for one in heat["movers"]]
    assert moved == sorted(moved, reverse=True)
    assert sum(bar["before"] for bar in heat["bars"]) == heat["contacts"] == len(after)
    told = {one["grade"]: (one["before"], one["after"]) for one in found["grades"]["cells"]}
    assert told == {
        grade: (grades_before.count(grade), grades_after.count(grade))
        for grade in {*grades_before, *grades_after}
    }


def test_other_bounds_of_the_matrix_change_grades_and_no_score(started: Started) -> None:
    engine = started(HEAT, FIT, matrix=MATRIX)
    engine.run(lives(engine))
    easier = msgspec.convert(
        msgspec.to_builtins(MATRIX) | {"digit": {"score": "fit", "grades": {"1": -1}}}, Matrix
    )
    found = engine.run(previewed(engine, build.definitions(HEAT, FIT, matrix=easier)))
    assert {one["score"]: one["changed"] for one in found["scores"]} == {"heat": 0, "fit": 0}
    assert found["grades"]["changed"] == sum(one.endswith("2") for one in grades(engine))


def test_a_score_that_there_is_not_is_told(started: Started) -> None:
    engine = started(HEAT)
    with pytest.raises(Unknown, match="no score is called 'heet'; there are heat"):
        engine.run(previewed(engine, build.definitions(HEAT), "heet"))
