"""Sequences as an operator writes them, and what is wrong with them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.loading.definitions import load

Write = Callable[..., Path]
Problems = Callable[..., list[str]]


def asking(condition: str) -> dict[str, str]:
    return {"segments/s.yaml": f"segment: s\ncondition: {condition}\n"}


@pytest.mark.parametrize(
    "condition",
    [
        "{did: A, then: {event: B, where: {n: 1}}, within: 3d, in_last: 30d}",
        "{did_not: A, then: [{event: B}, {event: C}], at_least: 2}",
        "{did: A, not_then: {event: B}, since: 2026-01-01, within: 1d, exactly: 0}",
    ],
)
def test_a_sequence_is_read_as_it_is_written(write: Write, condition: str) -> None:
    found = load(write(asking(condition))).segments
    assert "s" in {one.segment for one in found}


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("{did: A, in_last: 3d}", "condition.in_last: goes with then or not_then"),
        (
            "{did: A, then: {event: B}, not_then: {event: C}}",
            "condition.not_then: does not go with",
        ),
        ("{did: A, then: {event: B}, first: {in_last: 1d}}", "condition.first: does not go with"),
        ("{did: A, then: {event: ' B'}}", "condition.then.event: ' B' is no event name"),
        ("{did: A, then: [{event: B, where: {}}]}", "condition.then[0].where: is empty"),
        ("{did: A, then: []}", "condition.then: 0 events; at least one and at most 8 may follow"),
        ("{did: A, then: {evnt: B}}", "condition.then.evnt: unknown key; did you mean event?"),
        ("{did: A, not_then: {event: B}, within: 3d, in_last: 3d}", "in_last: never holds"),
        ("{attribute: x, is: 1, then: {event: B}}", "condition.then: does not go with attribute"),
    ],
)
def test_a_sequence_that_cannot_be_answered_is_told(
    problems: Problems, condition: str, problem: str
) -> None:
    found = problems(asking(condition))
    assert any(problem in text for text in found), found
