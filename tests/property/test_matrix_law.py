"""A contact's grade is that of its scores at every instant, and a condition on it flips with them."""

from typing import Any

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.domain.scores.matrix import Matrix
from engine.domain.surveys.forecast import standing
from tests.property.scores import written_scores
from tests.property.strategies import LONGEST, Happening, conditions, histories
from tests.property.test_score_law import Truth, World, rest_of
from tests.unit.domain import builders as build
from tests.unit.domain.builders import Life

BOUNDS = {"letter": [12, 6, 0.5], "digit": [9, 4.5, -2]}
MATRIX: dict[str, Any] = {
    "letter": {"score": "heat", "grades": dict(zip("ABC", BOUNDS["letter"], strict=True))},
    "digit": {"score": "calm", "grades": dict(zip("123", BOUNDS["digit"], strict=True))},
}
WANTED = [["A1", "A2", "B1"], ["C", "D4"], ["2"], ["A", "4"]]

scores = written_scores(conditions([], {})).map(lambda score: World({}, score, {}))


def born(letter: World, digit: World, wanted: list[str]) -> Life:
    worlds = {"heat": letter.score, "calm": digit.score}
    parts: list[Any] = [
        build.score(name, *score["rules"], **rest_of(score)) for name, score in worlds.items()
    ]
    matrix = msgspec.convert(MATRIX, Matrix)
    return build.life(*parts, build.segment("s", grade=wanted), matrix=matrix)


def grade(letter: float, digit: float) -> str:
    row = sum(letter < bound for bound in BOUNDS["letter"])
    column = sum(digit < bound for bound in BOUNDS["digit"])
    return "ABCD"[row] + "1234"[column]


def near(value: float, side: str) -> bool:
    """So near to a bound that the order of additions decides."""
    return any(abs(value - bound) < 1e-9 for bound in BOUNDS[side])


@settings(max_examples=150, deadline=None)
@given(scores, scores, st.sampled_from(WANTED), histories)
def test_at_every_instant_a_grade_is_what_brute_force_makes_of_both_scores(
    letter: World, digit: World, wanted: list[str], history: list[Happening]
) -> None:
    life, truths = born(letter, digit, wanted), (Truth(letter), Truth(digit))
    grades = life.book.grades
    assert grades is not None
    for one in history:
        life.until(life.now + one.gap)
        at = life.now - one.late
        for truth in truths:
            truth.past.events.append((one.name, at, one.properties))
        life.take(build.event(one.name, at, properties=one.properties))
    before = "s" in life.contact.segments
    for at in range(life.now + 1, life.now + LONGEST):
        due = life.contact.due
        inside = "s" in life.until(at).contact.segments
        first, second = (truth.value(at) for truth in truths)
        if near(first, "letter") or near(second, "digit"):
            continue
        expected = grade(first, second)
        assert grades.of(life.contact, at) == expected
        assert inside is bool({expected, expected[0], expected[1]} & {*wanted})
        if inside is not before:
            assert 0 < due <= at
        before = inside


@settings(max_examples=60, deadline=None)
@given(scores, scores, st.sampled_from(WANTED), histories)
def test_the_foreseen_end_of_a_grade_is_the_instant_at_which_brute_force_flips(
    letter: World, digit: World, wanted: list[str], history: list[Happening]
) -> None:
    life, truths = born(letter, digit, wanted), (Truth(letter), Truth(digit))
    for one in history:
        life.until(life.now + one.gap)
        at = life.now - one.late
        for truth in truths:
            truth.past.events.append((one.name, at, one.properties))
        life.take(build.event(one.name, at, properties=one.properties))
    found = standing(life.contact, "s", life.book, life.now)
    for at in range(life.now, life.now + LONGEST):
        first, second = (truth.value(at) for truth in truths)
        assume(not near(first, "letter") and not near(second, "digit"))
        expected = grade(first, second)
        inside = bool({expected, expected[0], expected[1]} & {*wanted})
        if inside is not found.member:
            assert found.until == at > life.now
            return
    assert found.until == 0 or found.until >= life.now + LONGEST


@settings(max_examples=60, deadline=None)
@given(scores, scores, st.sampled_from(WANTED), histories)
def test_a_host_that_slept_grades_as_one_that_was_awake(
    letter: World, digit: World, wanted: list[str], history: list[Happening]
) -> None:
    awake, asleep = born(letter, digit, wanted), born(letter, digit, wanted)
    for one in history:
        for life in (awake, asleep):
            life.until(life.now + one.gap)
            life.does(one.name, properties=one.properties)
    awake.until(awake.now + LONGEST)
    asleep.misses(f"{LONGEST}ms")
    kinds = ("segment_entered", "segment_left")
    assert asleep.said(*kinds) == awake.said(*kinds)
    assert asleep.contact.segments == awake.contact.segments
