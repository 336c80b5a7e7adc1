"""Specs: examples that the definitions have to live up to, told on a clock of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.rehearsal import judge
from engine.loading.definitions import load
from engine.loading.specs import tell

Write = Callable[..., Path]
Problems = Callable[..., list[str]]

REMINDER = """\
scenario: reminder
trigger: {event: Product Added}
goal: {event: Order Completed}
steps:
  - {do: wait, id: hour, for: 1h}
  - {do: send, id: mail, channel: email, template: hello}
"""
SPEC = """\
spec: reminded after an hour
begins: 2026-03-28T23:30
contact: {zone: Europe/Paris, attributes: {email: lea@example.org, first_name: Léa}}
story:
  - given: [{event: Product Added}]
  - when: 2h
  - then: [THEN]
"""


@pytest.fixture
def untrue(write: Write, template: dict[str, str | None]) -> Problems:
    """What does not come true of a spec."""

    def problems_of(spec: str) -> list[str]:
        folder = write({**template, "scenarios/reminder.yaml": REMINDER, "specs/one.yaml": spec})
        definitions = load(folder)
        return tell(folder, definitions, judge(definitions.country)).problems

    return problems_of


def test_what_comes_true_is_no_problem_and_an_hour_is_an_hour_when_clocks_change(
    untrue: Problems,
) -> None:
    expected = (
        "{send: hello, channel: email, at: 2026-03-29T00:30, subject: Hello, contains: [Léa]}"
    )
    assert untrue(SPEC.replace("THEN", expected)) == []


def test_what_was_sent_instead_is_told_with_file_and_line(untrue: Problems) -> None:
    expected = "{send: hello, at: 2026-03-29T00:31, subject: Bonjour, contains: [Zoé]}"
    assert untrue(SPEC.replace("THEN", expected)) == [
        "specs/one.yaml:7: story[2].then[0]: it was sent at 2026-03-29T00:30:00+01:00",
        "specs/one.yaml:7: story[2].then[0]: its subject is 'Hello'",
        "specs/one.yaml:7: story[2].then[0]: it does not contain 'Zoé'; its text is 'Hello Léa\\n'",
    ]


def test_a_message_that_nobody_expected_is_untrue(untrue: Problems) -> None:
    [problem] = untrue(SPEC.replace("THEN", ""))
    assert "then: hello was sent too, by email at 2026-03-29T00:30:00+01:00" in problem


def test_a_message_that_did_not_leave_is_told_with_the_reason(untrue: Problems) -> None:
    spec = SPEC.replace("email: lea@example.org, ", "").replace("THEN", "{send: hello}")
    [problem] = untrue(spec)
    assert "hello was not sent" in problem
    assert "skipped reminder/mail: no_address" in problem


def test_a_condition_is_asked_at_its_moment_even_if_no_definition_counts_it(
    untrue: Problems,
) -> None:
    spec = SPEC.replace("  - then: [THEN]\n", "") + (
        "  - holds: {did: Product Added, within: 3h}\n"
        "  - when: 1h\n"
        "  - holds: {did: Product Added, within: 3h}\n"
    )
    assert untrue(spec + "  - then: [{send: hello}]\n") == [
        "specs/one.yaml:9: story[4].holds: it does not at 2026-03-29T03:30:00+02:00"
    ]


def test_an_item_that_no_engine_would_take_is_untrue(untrue: Problems) -> None:
    spec = SPEC.replace("given: [{event: Product Added}]", "given: [{type: track}]")
    assert any("given[0]: " in problem for problem in untrue(spec.replace("THEN", "")))


def test_names_and_instants_of_specs_are_checked_with_everything_else(
    problems: Problems, template: dict[str, str | None]
) -> None:
    spec = SPEC.replace("2026-03-28T23:30", "2026-03-28T25:00").replace("THEN", "{send: helo}")
    found = problems({**template, "specs/one.yaml": spec + "  - {when: 1h, then: []}\n"})
    assert found == [
        "specs/one.yaml:2: begins: is no instant; write it as 2026-03-02T09:00, or with an offset",
        "specs/one.yaml:7: story[2].then[0].send: no such template; did you mean hello?",
        "specs/one.yaml:8: story[3]: says when and then; write one of given, when, then, holds",
    ]
