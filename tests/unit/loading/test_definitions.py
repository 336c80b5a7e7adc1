"""A workspace folder becomes definitions, or every problem in it at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.duration import DAY
from engine.errors import DefinitionError
from engine.loading.definitions import load

Problems = Callable[..., list[str]]


def test_problems_of_a_file_come_in_the_order_of_their_lines(problems: Problems) -> None:
    steps = "".join(f"  - {{do: wait, id: w{n}, for: soon}}\n" for n in range(12))
    head = "scenario: many\ntrigger: {event: A}\nsteps:\n"
    found = problems({"scenarios/many.yaml": head + steps})
    assert [int(one.split(":")[1]) for one in found] == list(range(4, 16))


def test_a_workspace_becomes_definitions(write: Callable[..., Path]) -> None:
    folder = write({"engine.toml": '[workspace]\nzone = "Europe/Paris"\nlate = "2h"\n'})

    definitions = load(folder)

    assert [scenario.scenario for scenario in definitions.scenarios] == ["hello"]
    assert [segment.segment for segment in definitions.segments] == ["buyers"]
    assert (definitions.zone, definitions.max_age, definitions.late) == (
        "Europe/Paris", DAY, DAY // 12,
    )  # fmt: skip


def test_the_default_workspace_has_no_problem() -> None:
    definitions = load(Path("config"))
    assert {s.scenario for s in definitions.scenarios} >= {"abandoned_cart", "welcome"}
    assert [t.template for t in definitions.templates if t.transactional] == [
        "confirm_email",
        "handoff_alert",
        "handoff_escalation",
        "handoff_reminder",
        "order_confirmation",
    ]


def test_a_template_knows_its_variables_and_its_version_follows_its_text(
    write: Callable[..., Path], template: dict[str, str]
) -> None:
    before = load(write(template)).templates[0]
    same = load(write()).templates[0]
    after = load(write({"templates/hello/text.txt": "Hi {{ contact.first_name }}"})).templates[0]

    assert before.variables == ("contact.first_name",)
    assert before.version == same.version != after.version


def test_all_problems_of_all_files_are_told_at_once_in_order(
    problems: Problems, template: dict[str, str]
) -> None:
    found = problems(template | {
        "engine.toml": '[workspace]\nzone = "Europe/Pari"\n',
        "scoring.yaml": "scores: [{score: fit, rules: []}]\n",
        "segments/vip.yaml": "segment: vip\ncondition: {did: Order Completed, withn: 3d}\n",
        "scenarios/hello.yaml": "scenario: hello\ntrigger: {event: A}\nsteps: [{do: wiat, id: a}]\n",
        "scenarios/other.yaml": "scenario: other\nsteps: [{do: exit, id: a}\n",
        "templates/hello/text.txt": "Hello\n{{ contact.first_name\n",
        "templates/lost/template.yaml": "channel: email\nsubject: 3\n",
    })  # fmt: skip
    assert found == sorted(found)
    assert [problem.split(": ")[0] for problem in found] == [
        "engine.toml:2", "scenarios/hello.yaml:3", "scenarios/other.yaml:3", "scoring.yaml:1",
        "segments/vip.yaml:2", "templates/hello/text.txt:2", "templates/lost/template.yaml:2",
        "templates/lost/text.txt:1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{condition: {did: A}}", "1: the key segment is missing"),
        ("{segment: A, condition: {did: A}}", "1: segment: 'A' does not fit; expected a-z, 0-9 and _"),
        ("{segment: a, condition: 3}", "1: condition: expected a group of keys, got a whole number 3"),
        ("{segment: a, condition: {did: 404}}",
         '1: condition.did: expected text, got a whole number 404; put it in "quotes"'),
        ("{segment: a, condition: {did: A, within: 3y}}",
         "1: condition.within: '3y' does not fit; expected for example 30s, 15m, 1h, 2d"),
        ("{segment: a, condition: {did: A, within: 0d}}",
         "1: condition.within: '0d' does not fit; expected for example 30s, 15m, 1h, 2d"),
        ("{segment: a, condition: {all: {did: A}}}",
         "1: condition.all: expected a list, got a group of keys"),
        ("{segment: a, conditions: {did: A}}", "1: conditions: unknown key; did you mean condition?"),
        ("{segment: a, qqq: 1, condition: {did: A}}",
         "1: qqq: unknown key; known are condition, segment, stays, title"),
        ("{segment: a, condition: {attribute: a..b, is: 1}}",
         "1: condition.attribute: 'a..b' does not fit"),
        ("{segment: a, condition: {did: A, where: {x: [1]}}}",
         "1: condition.where.x: expected a group of keys or text or a whole number or a number"),
        ("{segment: a, condition: {did: A, where: {x..y: 1}}}",
         "1: condition.where.x..y: 'x..y' does not fit; expected a path like cart.total"),
        ("{segment: a, condition: {attribute: x, over: true}}",
         "1: condition.over: expected a number, got true or false True"),
        ("", "1: expected a group of keys, got nothing"),
        ("- a", "1: expected a group of keys, got a list"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_what_is_allowed(
    problems: Problems, text: str, problem: str
) -> None:
    found = problems({"segments/a.yaml": text})
    assert [text for text in found if text.startswith(f"segments/a.yaml:{problem}")]


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ("{do: wait, id: a, for: 1h, fro: 2h}", "fro: unknown key; did you mean for?"),
        ("{id: a}", "the key do is missing; expected"),
        ("{do: wiat, id: a}", "do: 'wiat' is not allowed; did you mean wait?"),
        ("{do: [a], id: a}", "do: ['a'] is not allowed; known are branch, digest"),
        ("{do: wait, id: a, at: 7:00}", "at: '7:00' does not fit; expected local time, HH:MM"),
        ("{do: send, id: a, channel: pigeon, template: hello}",
         "channel: 'pigeon' is not allowed; expected email or sms"),
    ],
)  # fmt: skip
def test_a_wrong_step_is_told_with_what_is_allowed(
    step_problems: Problems, step: str, problem: str
) -> None:
    [found] = step_problems(step)
    assert found.startswith("scenarios/hello.yaml:4: steps[0]")
    assert problem in found


def test_a_scenario_needs_a_step_and_at_most_two_hundred(problems: Problems) -> None:
    head = "scenario: hello\ntrigger: {event: A}\nsteps:"
    many = "".join(f"\n  - {{do: set, id: s{at}, attribute: a, to: 1}}" for at in range(201))
    assert problems({"scenarios/hello.yaml": head + " []"}) == [
        "scenarios/hello.yaml:3: steps: needs at least 1"
    ]
    assert problems({"scenarios/hello.yaml": head + many}) == [
        "scenarios/hello.yaml:3: steps: has 201; at most 200 are allowed"
    ]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("scorings.yaml", "scorings.yaml:1: not read; did you mean scoring.yaml?"),
        ("segments/a.yml", "segments/a.yml:1: not read; name it a.yaml"),
        ("templates/a.yaml", "templates/a.yaml:1: a template is a folder with template.yaml in it"),
        ("templates/A/template.yaml", "templates/A/template.yaml:1: template: 'A' does not fit"),
    ],
)
def test_a_file_that_would_be_ignored_is_told(problems: Problems, name: str, problem: str) -> None:
    changed = {name: "channel: email\nsubject: a\n", "templates/A/text.txt": "a"}
    found = problems(changed if "A" in name else {name: "a: 1"})
    assert [text for text in found if text.startswith(problem)]


def test_a_file_that_is_not_text_is_told(
    write: Callable[..., Path], template: dict[str, str]
) -> None:
    folder = write(template)
    (folder / "segments" / "a.yaml").write_bytes(b"segment: \xff\n")
    (folder / "templates" / "hello" / "html.html").write_bytes(b"\xff")
    with pytest.raises(DefinitionError) as caught:
        load(folder)
    assert caught.value.problems == [
        "segments/a.yaml:1: is not UTF-8 text",
        "templates/hello/html.html:1: cannot be read: is not UTF-8 text",
    ]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="is no folder; make a workspace with relance init"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a", "expected a group of keys, got a list"),
        ("scores: 3", "scores: expected a list, got a whole number 3"),
        ("scores: []\nother: 1", "other: unknown key; known are matrix, scores, thresholds"),
        ("", "expected a group of keys, got nothing"),
    ],
)
def test_scoring_is_one_list_called_scores(problems: Problems, text: str, told: str) -> None:
    [found] = problems({"scoring.yaml": text})
    assert found.partition(": ")[2] == told
