"""Lists as an operator declares them, asks for them and reacts to them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.loading.definitions import load

Write = Callable[..., Path]
Problems = Callable[..., list[str]]
LISTS = "lists:\n  - {list: fair, title: Met at the fair}\n"


def asking(condition: str) -> dict[str, str]:
    return {
        "lists.yaml": LISTS,
        "segments/s.yaml": f"segment: s\ncondition: {condition}\n",
    }


def test_a_declared_list_is_published_and_may_be_asked_for(write: Write) -> None:
    found = load(write(asking("{list: fair, in_last: 30d}")))
    assert [(one.list, one.title) for one in found.lists] == [("fair", "Met at the fair")]


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("{list: fare}", "condition.list: there is no list fare; did you mean fair?"),
        ("{list: fair, is: 1}", "condition.is: does not go with list"),
        ("{list: fair, since: 2026-02-30}", "condition.since: 2026-02-30 is neither a date"),
    ],
)
def test_a_question_about_a_list_that_cannot_be_answered_is_told(
    problems: Problems, condition: str, problem: str
) -> None:
    [found] = problems(asking(condition))
    assert problem in found


def test_a_scenario_may_begin_with_a_list_that_there_is(problems: Problems, write: Write) -> None:
    written = "scenario: s\ntrigger: {{joins: {}}}\nexits: [{{quits: fair}}]\nsteps: [{{do: exit, id: a}}]\n"
    load(write({"lists.yaml": LISTS, "scenarios/s.yaml": written.format("fair")}))
    [found] = problems({"lists.yaml": LISTS, "scenarios/s.yaml": written.format("fare")})
    assert "trigger.joins: there is no list fare; did you mean fair?" in found


def test_a_list_is_declared_once(problems: Problems) -> None:
    [found] = problems({"lists.yaml": LISTS + "  - {list: fair}\n"})
    assert found == "lists.yaml:3: lists[1].list: fair is already defined in lists.yaml"
