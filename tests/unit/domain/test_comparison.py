"""Comparisons of texts and lists: folding, patterns, ends, between, and lists of values."""

from typing import Any

import pytest

from engine.domain.comparison import comparison, folded
from engine.domain.pattern import LONGEST, fitter
from tests.unit.domain.builders import condition


def fits(value: Any, **operators: Any) -> bool:
    return comparison(condition(attribute="x", **operators))(value)


@pytest.mark.parametrize(
    ("operators", "value", "expected"),
    [
        ({"ends_with": ".fr"}, "ada@shop.fr", True),
        ({"ends_with": ".fr"}, "ada@shop.FR", False),
        ({"ends_with": ""}, None, False),
        ({"between": [1, 2]}, 1, True),
        ({"between": [1, 2]}, 2.0, True),
        ({"between": [1, 2]}, 2.01, False),
        ({"between": [0, 2]}, True, False),
        ({"contains_any": ["red", "blue"]}, ["blue"], True),
        ({"contains_any": ["red", "blue"]}, ["green"], False),
        ({"contains_any": [1]}, [True], False),
        ({"contains_any": ["red", "blue"]}, "a blue coat", True),
        ({"contains_all": ["red", "blue"]}, ["blue", "green", "red"], True),
        ({"contains_all": ["red", "blue"]}, ["blue"], False),
        ({"contains_all": ["red"]}, None, False),
        ({"matches": "[A-Z]{2}[0-9]+"}, "AB12", True),
        ({"matches": "[A-Z]{2}[0-9]+"}, "xAB12", False),
        ({"matches": ".*"}, None, False),
        ({"matches": ".*"}, 12, False),
    ],
)
def test_an_operator_answers_for_a_value(
    operators: dict[str, Any], value: Any, expected: bool
) -> None:
    assert fits(value, **operators) is expected


@pytest.mark.parametrize(
    ("operators", "value"),
    [
        ({"is_": "Évreux"}, "EVREUX"),
        ({"in_": ["Straße"]}, "strasse"),
        ({"contains": "cœur"}, "Le Cœur"),
        ({"contains_any": ["ÉTÉ"]}, ["ete"]),
        ({"starts_with": "Saint-É"}, "saint-etienne"),
        ({"ends_with": "istanbul"}, "İSTANBUL"),
        ({"matches": "e[a-z]*x"}, "Évreux"),
    ],
)
def test_folded_texts_are_equal_without_regard_to_case_and_accents(
    operators: dict[str, Any], value: Any
) -> None:
    assert fits(value, fold=True, **operators)
    assert not fits(value, **operators) or operators == {"contains": "cœur"}


def test_folding_leaves_what_is_no_text_alone() -> None:
    assert folded([1, True, None, "À"]) == [1, True, None, "a"]


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a|aa)*b",
        "(a?){64}",
        "(.*a){9}",
        ".*.*.*.*",
        "a*" * 4,
        "(a)\\1",
        "(?=a)a",
        "(",
        "a{9,2}",
    ],
)
def test_a_pattern_that_could_stall_the_engine_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"repeats too much|is no regular expression"):
        fitter(pattern)


@pytest.mark.parametrize("pattern", ["a*a*a*b", ".*a.*a.*b", "(ab|cd)?[ab]*[ab]*c"])
def test_the_slowest_patterns_that_are_taken_still_answer(pattern: str) -> None:
    assert not fitter(pattern)("a" * LONGEST)


def test_a_text_that_is_too_long_fits_no_pattern() -> None:
    assert fitter("a*")("a" * LONGEST)
    assert not fitter("a*")("a" * (LONGEST + 1))
