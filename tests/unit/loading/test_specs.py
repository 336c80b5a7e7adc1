"""Specs: examples that the definitions have to live up to, told on a clock of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.rehearsal import judge
from engine.errors import DefinitionError
from engine.loading.definitions import load
from engine.loading.specs import tell
from engine.rpc.items.receipts import OUTCOMES

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
OPENED = """\
scenario: opened
trigger: {message: opened, of: {template: hello}}
steps:
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


ASKED = """\
scenario: asked
trigger: {event: Applied}
steps:
  - {do: webhook, id: ask, webhook: crm, wait: 1h, else: mail}
  - {do: branch, id: good, answer: {decision.kind: good}, then: end}
  - {do: send, id: mail, channel: email, template: hello}
  - {do: exit, id: end}
"""
CRM = "webhooks:\n  - {webhook: crm, url: 'https://crm.example/'}\n"


@pytest.fixture
def untrue(write: Write, template: dict[str, str | None]) -> Problems:
    """What does not come true of a spec."""

    def problems_of(spec: str) -> list[str]:
        scenarios = {"reminder": REMINDER, "opened": OPENED, "asked": ASKED}
        files = {f"scenarios/{name}.yaml": text for name, text in scenarios.items()}
        folder = write({**template, **files, "webhooks.yaml": CRM, "specs/one.yaml": spec})
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


@pytest.mark.parametrize(
    ("says", "then"),
    [
        ("answers: {decision: {kind: good}}", ""),
        ("answers: {decision: {kind: bad}}", "{send: hello}"),
        ("fails: true", "{send: hello}"),
    ],
)
def test_a_spec_says_what_an_endpoint_answers(untrue: Problems, says: str, then: str) -> None:
    given = f"[{{webhook: crm, {says}}}, {{event: Applied}}]"
    spec = SPEC.replace("[{event: Product Added}]", given).replace("THEN", then)
    assert untrue(spec) == []


def test_an_endpoint_that_nobody_declares_answers_nothing(untrue: Problems) -> None:
    spec = SPEC.replace("{event: Product Added}", "{webhook: crn, fails: true}").replace("THEN", "")
    with pytest.raises(DefinitionError, match="no such endpoint; did you mean crm"):
        untrue(spec)


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
        (
            "specs/one.yaml:9: story[4].holds: it does not at 2026-03-29T03:30:00+02:00: "
            'not did Product Added within 3h, saw {"times":0,"last":null}'
        )
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


def read(spec: str, consents: str) -> str:
    """The same story, of somebody who opens the reminder."""
    told = spec.replace("attributes:", f"consents: {{email: granted, {consents}}}, attributes:")
    return told.replace("THEN", "{send: hello}") + (
        "  - given: [{message: opened, of: {template: hello, step: mail}}]\n"
        "  - then: [{send: hello}]\n"
    )


def test_what_becomes_of_a_message_is_told_of_the_latest_such_message(untrue: Problems) -> None:
    spec = read(SPEC, "tracking: granted")
    assert untrue(spec) == []
    assert untrue(
        spec + "  - given: [{message: unsubscribed}]\n  - holds: {reachable: email}\n"
    ) == [
        (
            "specs/one.yaml:11: story[6].holds: it does not at 2026-03-29T01:30:00+01:00: "
            'not reachable by email, saw "no_consent"'
        )
    ]


def test_an_open_that_no_engine_would_record_is_untrue(untrue: Problems) -> None:
    [problem, *_] = untrue(read(SPEC, "tracking: withdrawn"))
    assert problem.startswith("specs/one.yaml:8: story[3].given[0]: what people open and click")


def test_nothing_becomes_of_a_message_before_it_is_sent(untrue: Problems) -> None:
    early = SPEC.replace(
        "  - when: 2h\n", "  - given: [{message: bounced, of: {template: hello}}]\n"
    )
    [problem, *_] = untrue(early.replace("THEN", ""))
    assert problem.endswith(
        "story[1].given[0]: no message of template hello has been sent until then"
    )


def test_a_receipt_is_checked_word_by_word(
    problems: Problems, template: dict[str, str | None]
) -> None:
    words = sorted((*OUTCOMES, "confirmed"))
    known = f"{', '.join(words[:-1])} or {words[-1]}"
    wrong = "{message: openned}, {message: opened, of: {template: helo}}, {massage: opened}"
    spec = SPEC.replace("THEN", "") + f"  - given: [{wrong}]\n"
    assert [one.split(": ", 1)[1] for one in problems({**template, "specs/one.yaml": spec})] == [
        f"story[3].given[0].message: 'openned' is not allowed; expected {known}",
        "story[3].given[1].of.template: no such template; did you mean hello?",
        "story[3].given[2]: has neither event nor type, nor message for what becomes of one, nor webhook",
    ]
