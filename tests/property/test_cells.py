"""The law of the matrix's cells: what is foreseen of a grade is what its scores will be."""

from random import Random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.scores.gauge import Gauge, Standing
from engine.domain.scores.grid import cell_of, start_of
from engine.domain.scores.matrix import Matrix, Scale
from engine.domain.scores.score import Decay, decayed
from engine.runtime.scores.cells import SPAN, course_of
from tests.jumping_loop import JumpingLoop
from tests.property.test_standings import came, told_after
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build

BOUNDS = (12.0, 5.0, -1.5)
START = cell_of(build.NOON, SPAN)
decays = st.sampled_from(
    [Decay(), Decay(half_life=SPAN), Decay(half_life=7 * SPAN + 3), Decay(step=2, every=SPAN // 3)]
)
limits = st.sampled_from([(None, None), (0.0, None), (None, 6.0), (-1.5, 12.0)])
numbers = st.sampled_from([-40, -7.5, -1.5, 0, 1, 5, 9.3, 33])


@st.composite
def held(draw: st.DrawFn) -> tuple[Scale, Standing]:
    decay, (least, most) = draw(decays), draw(limits)
    gauge = Gauge("heat", decay, {}, least, most)
    at = build.NOON + draw(st.integers(0, SPAN))
    ends = [
        (cell_of(at, decay.every) + draw(st.integers(1, 20)) / 2, draw(st.sampled_from([1, -1, 2])))
        for _ in range(draw(st.integers(0, 3)) if decay.every else 0)
    ]
    standing = Standing(float(draw(numbers)), at, float(draw(numbers)), tuple(sorted(ends)))
    return Scale(gauge, BOUNDS, tuple("ABCD")), standing


@settings(max_examples=300, deadline=None)
@given(held())
def test_the_grades_that_are_foreseen_are_those_that_the_score_will_have(
    one: tuple[Scale, Standing],
) -> None:
    scale, standing = one
    course = course_of(scale, standing)
    for cell in range(START + 2, START + 60):
        value = scale.gauge.read(standing, start_of(cell, SPAN))
        if not any(abs(value - bound) < 1e-6 for bound in BOUNDS):
            foreseen = [name for since, name in course if since <= cell][-1]
            assert foreseen == scale.names[scale.place(value)]


MATRIX: dict[str, Any] = {
    "letter": {"score": "warm", "grades": {"A": 5, "B": 2.9, "C": 1}},
    "digit": {"score": "sure", "grades": {"1": 3, "2": 1}},
}
RULES = build.definitions(
    build.score("warm", {"event": "Ate", "points": 3}, half_life="2d"),
    build.score("sure", {"event": "Ate", "points": 1}, {"event": "Left", "points": -2}),
    matrix=msgspec.convert(MATRIX, Matrix),
)


def brute(engine: SmallEngine, at: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    for contact in engine.contacts().values():
        if contact.scores:
            warm = decayed(*contact.scores.get("warm", (0, 0)), at, 2 * build.DAY)
            sure = contact.scores.get("sure", (0, 0))[0]
            letter, digit = sum(warm < n for n in (5, 2.9, 1)), sum(sure < n for n in (3, 1))
            grade = "ABCD"[letter] + "123"[digit]
            counts[grade] = counts.get(grade, 0) + 1
    return counts


@settings(max_examples=40, deadline=None)
@given(st.lists(came, max_size=14), st.integers(0, 99))
def test_the_cells_hold_who_has_that_grade_after_any_history(history: list[Any], seed: int) -> None:
    loop = JumpingLoop()
    try:
        engine = SmallEngine(loop, 2, RULES, Random(seed))
        loop.run_until_complete(told_after(engine, history))
        told = loop.run_until_complete(engine.coordinator.reports.matrix())
        found = {one["grade"]: one["contacts"] for one in told.get("cells", ()) if one["contacts"]}
        assert found == brute(engine, told.get("at", 0))
        loop.run_until_complete(engine.stop())
    finally:
        loop.close()
