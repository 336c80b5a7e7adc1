"""The matrix of ``scoring.yaml``: what is refused, with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.loading.definitions import load

SCORES = """scores:
  - {score: heat, rules: [{event: Ate, points: 1}]}
  - {score: fit, rules: [{attribute: role, is: chef, points: 5}]}
matrix:
  letter: {score: heat, grades: {A: 9, B: 4}}
  digit: {score: fit, grades: {1: 5}}
"""
HOT = "segment: best\ncondition: {grade: [A1, B]}\n"

Problems = Callable[[dict[str, str | None]], list[str]]


def test_the_grades_below_the_last_bounds_are_known(write: Callable[..., Path]) -> None:
    found = load(write({"scoring.yaml": SCORES, "segments/best.yaml": HOT.replace("B]", "C2]")}))
    assert found.matrix is not None
    assert found.matrix.letter.grades == {"A": 9, "B": 4}


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ("score: heat, g", "score: heet, g", "5: matrix.letter.score: there is no score heet; did"),
        ("score: fit, g", "score: heat, g", "6: matrix.digit.score: heat is the letter already"),
        ("B: 4", "C: 4", "5: matrix.letter.grades.C: is where B belongs: grades go A, B and on"),
        ("{1: 5}", "{A: 5}", "6: matrix.digit.grades.A: is where 1 belongs"),
        ("B: 4", "B: 9", "5: matrix.letter.grades.B: 9 is not below 9, the bound of the better"),
        ("{1: 5}", "{}", "6: matrix.digit.grades: needs 1 to 8 bounds, has 0"),
    ],
)
def test_what_is_wrong_is_told(
    problems: Problems, written: str, instead: str, problem: str
) -> None:
    [found] = problems({"scoring.yaml": SCORES.replace(written, instead)})
    assert found.startswith(f"scoring.yaml:{problem}")


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ("[A3]", "grade[0]: there is no grade A3; known are A1, A2"),
        ("[]", "grade: needs at least one grade"),
        ("[A1], at_least: 3", "at_least: does not go with grade"),
    ],
)
def test_a_grade_that_there_is_not_is_told(problems: Problems, asked: str, problem: str) -> None:
    segment = f"segment: best\ncondition: {{grade: {asked}}}\n"
    [found] = problems({"scoring.yaml": SCORES, "segments/best.yaml": segment})
    assert found.startswith(f"segments/best.yaml:2: condition.{problem}")


def test_without_a_matrix_nobody_has_a_grade(problems: Problems) -> None:
    [found] = problems({"segments/best.yaml": HOT})
    assert (
        found == "segments/best.yaml:2: condition.grade: there is no matrix; scoring.yaml has none"
    )


def test_a_score_cannot_depend_on_a_grade_that_is_made_of_it(problems: Problems) -> None:
    rule = "{if: {grade: [A]}, points: 2}]}"
    found = problems({"scoring.yaml": SCORES.replace("points: 1}]}", f"points: 1}}, {rule}", 1)})
    assert any("depends on itself, through score heat, the matrix" in one for one in found)


def test_an_attribute_called_grade_would_hide_the_grade(problems: Problems) -> None:
    attributes = "attributes: [{attribute: grade, type: string}]\n"
    [found] = problems({"scoring.yaml": SCORES, "attributes.yaml": attributes})
    assert found.startswith("attributes.yaml:1: attributes[0].attribute: is what the matrix gives")
