"""Conditions that nobody or everybody fits are told; what may hold or not is left alone."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from engine.loading.check_contradiction import contradiction_problems
from engine.loading.definitions import load
from tests.property.reference import Past, members
from tests.property.strategies import conditions
from tests.unit.domain import builders as build
from tests.unit.domain.builders import NOON

Write = Callable[..., Path]
Problems = Callable[..., list[str]]


def asking(condition: str) -> dict[str, str]:
    return {
        "segments/s.yaml": f"segment: s\ncondition:\n  {condition}\n",
        "lists.yaml": "lists: [{list: fair}]\n",
    }


@pytest.mark.parametrize(
    "condition",
    [
        "all: [{attribute: a, is: x}, {attribute: a, is: y}]",
        "all: [{attribute: a, over: 5}, {attribute: a, under: 5}]",
        "{attribute: a, is: abc, starts_with: x}",
        "{attribute: a, exists: false, is: 1}",
        "all: [{attribute: a, contains: x}, {not: {attribute: a, contains: x}}]",
        "all: [{segment: buyers}, {not: {segment: buyers}}]",
        "all: [{did: A, within: 7d, at_least: 3}, {did: A, within: 30d, at_most: 2}]",
        "all: [{did: A}, {did_not: A}]",
        "all: [{message: opened}, {not: {message: opened}}]",
        "all: [{did: A, then: {event: B}}, {did_not: A, then: {event: B}}]",
        "{attribute: d, in_last: 7d, older_than: 7d}",
        "{did: A, last: {in_last: 7d, older_than: 30d}}",
        "all: [{attribute: d, since: 2026-05-01}, {attribute: d, before: 2026-05-01}]",
        "all: [{list: fair, since: 2026-05-03T00:00:00Z}, {list: fair, before: 2026-05-02}]",
        "all: [{did: A, last: {before: 2026-05-01}}, {did: A, last: {since: 2026-06-01}}]",
        "all: [{weekday: [monday]}, {weekday: [tuesday, friday]}]",
        "none: [{list: fair}, {not: {list: fair}}]",
        "all: [{percent: 10, lot: a}, {not: {percent: 20, lot: a}}]",
        "exactly_one: [{did: A}, {did: A, at_least: 1}]",
    ],
)
def test_what_nobody_can_fit_is_told(problems: Problems, condition: str) -> None:
    [found] = problems(asking(condition))
    assert "condition: never holds: nobody fits " in found


@pytest.mark.parametrize(
    "condition",
    [
        "any: [{attribute: a, is: x}, {attribute: a, is_not: x}]",
        "any: [{did: A, within: 7d}, {did_not: A, within: 7d}]",
        "any: [{did: A, within: 30d}, {did_not: A, within: 7d}]",
        "{weekday: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]}",
        "any: [{score: engagement, over: 4}, {score: engagement, at_most: 4}]",
    ],
)
def test_what_everybody_fits_is_told(problems: Problems, condition: str) -> None:
    found = problems(asking(condition) | SCORED)
    assert len(found) == 1
    assert "condition: always holds: everybody fits " in found[0]


SCORED = {"scoring.yaml": "scores: [{score: engagement, rules: [{event: A, points: 1}]}]\n"}


@pytest.mark.parametrize(
    "condition",
    [
        "all: [{attribute: a, contains: x}, {attribute: a, contains: y}, {attribute: a, is_not: xy}]",
        "all: [{attribute: a, in_next: 1d}, {attribute: a, in_last: 1d}]",
        "all: [{did: A, within: 30d, at_least: 3}, {did: A, within: 7d, at_most: 2}]",
        "all: [{did: A, where: {n: 1}}, {did_not: A, where: {n: 2}}]",
        "{attribute: a, at_least: 5, at_most: 5}",
        "{collection: cart, at_least: 1, contains: sku}",
        "all: [{attribute: d, since: 2026-05-01T00:00:00Z}, {attribute: d, before: 2026-05-01}]",
        "all: [{did: A, then: {event: B}}, {did: A, not_then: {event: B}}]",
    ],
)
def test_what_may_hold_or_not_is_left_alone(write: Write, condition: str) -> None:
    load(write(asking(condition)))


def test_a_part_is_told_where_it_stands_and_what_is_made_of_it_is_not(problems: Problems) -> None:
    written = "any:\n  - {did: B}\n  - all: [{attribute: a, is: x}, {attribute: a, is: y}]"
    [found] = problems(asking(written))
    assert found == (
        "segments/s.yaml:5: condition.any[1]: never holds: nobody fits all of these: attribute a is x;"
        " attribute a is y"
    )


@settings(max_examples=150, deadline=None)
@given(conditions([]))
def test_whatever_is_told_is_true_of_everybody_looked_at(written: dict[str, Any]) -> None:
    told = [(place, text) for place, text in contradiction_problems(build.condition(**written), ())]
    verdicts = {text.partition(" holds")[0] for place, text in told if place == ()}
    held = {
        bool(members({"s": written}, Past(events, attributes, {}, {}), NOON))
        for events, attributes in product(PASTS, PEOPLE)
    }
    assert not ("never" in verdicts and True in held)
    assert not ("always" in verdicts and False in held)


PASTS: list[list[tuple[str, int, dict[str, Any]]]] = [
    [],
    [("Ate", NOON - 5, {"n": 1})],
    [("Ate", NOON - 30, {}), ("Bought", NOON - 20, {"n": "a"}), ("Ate", NOON - 9, {"n": 2})],
    [(name, NOON - ago, {"n": 0}) for ago in (70, 24, 3) for name in ("Ate", "Bought")],
]
PEOPLE: list[dict[str, Any]] = [
    {"x": x, "y": y} for x in (None, True, 1, 2.5, "ab") for y in (0, "a")
]
