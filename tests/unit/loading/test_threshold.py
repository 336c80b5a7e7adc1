"""Thresholds of ``scoring.yaml``: what they stand for, and what is refused, with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.loading.definitions import load

SCORES = "scores: [{score: heat, rules: [{event: Ate, points: 1}]}]\nthresholds:\n"
HOT = "threshold: hot, score: heat, above: 60, until_below: 50"


def scoring(*thresholds: str) -> dict[str, str | None]:
    lines = "".join(f"  - {{{one}}}\n" for one in thresholds)
    return {"scoring.yaml": SCORES + lines}


def test_a_threshold_is_a_segment_and_what_it_does_a_scenario(write: Callable[..., Path]) -> None:
    do = "do: [{do: set, id: a, attribute: x, to: 1}], undo: [{do: exit, id: b}]"
    asks = "segment: warm\ncondition: {segment: hot}\n"
    found = load(write({**scoring(f"{HOT}, {do}"), "segments/warm.yaml": asks}))
    assert [one.segment for one in found.segments] == ["buyers", "warm", "hot"]
    assert [one.scenario for one in found.scenarios] == ["hello", "hot", "hot_undo"]


@pytest.mark.parametrize(
    ("threshold", "problem"),
    [
        ("threshold: hot, score: heat", "thresholds[0]: needs either above or below"),
        (f"{HOT}, below: 3", "thresholds[0]: needs either above or below"),
        (
            "threshold: hot, score: heat, above: 3, until_above: 1",
            "thresholds[0].until_above: goes",
        ),
        (
            "threshold: hot, score: heat, above: 3, until_below: 5",
            "thresholds[0].until_below: 5 lies",
        ),
        ("threshold: hot, score: heet, above: 3", "thresholds[0]: there is no score heet"),
        ("threshold: buyers, score: heat, above: 3", "thresholds[0]: buyers is already defined"),
        (
            f"{HOT}, do: [{{do: start, id: a, scenario: x}}]",
            "thresholds[0].do[0].scenario: there is",
        ),
        (
            f"{HOT}, do: [{{do: set, id: a, attribute: x, to: 1, then: a}}]",
            "thresholds[0].do[0]: a loop",
        ),
    ],
)
def test_what_is_wrong_is_told(
    problems: Callable[..., list[str]], threshold: str, problem: str
) -> None:
    [found] = problems(scoring(threshold))
    assert found.startswith(f"scoring.yaml:3: {problem}")
