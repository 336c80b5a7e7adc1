"""Checks across definitions: conditions, scores, names."""

from collections.abc import Callable

import pytest

Problems = Callable[..., list[str]]


def segment(condition: str, name: str = "a") -> dict[str, str]:
    return {f"segments/{name}.yaml": f"segment: {name}\ncondition: {condition}\n"}


@pytest.mark.parametrize(
    ("condition", "place", "problem"),
    [
        ("{}", "condition", "ask exactly one of all, any, none, exactly_one, not, attribute,"),
        ("{did: A, segment: buyers}", "condition", "ask exactly one of"),
        ("{all: []}", "condition.all", "needs at least one condition"),
        ("{any: [{not: {}}]}", "condition.any[0].not", "ask exactly one of"),
        ("{attribute: x}", "condition", "needs an operator: is, is_not, in, over"),
        ("{attribute: x, is: 1, within: 3d}", "condition.within",
         "does not go with attribute; attribute takes is, is_not"),
        ("{did: A, is: 1}", "condition.is", "does not go with did; did takes where, within, at_least"),
        ("{segment: buyers, within: 3d}", "condition.within", "does not go with segment"),
        ("{not: {did: A}, exists: true}", "condition.exists", "does not go with not"),
        ("{did: A, at_least: 1.5}", "condition.at_least", "1.5 is not a whole number from 1 to 1000"),
        ("{did_not: A, at_least: 0}", "condition.at_least", "0 is not a whole number"),
        ("{did: A, within: 1d, at_least: 1001}", "condition.at_least", "1001 is not a whole number"),
        ("{did: ' A'}", "condition.did", "' A' is no event name"),
        ("{did: ''}", "condition.did", "'' is no event name"),
        ("{did: A, where: {}}", "condition.where", "is empty; name a property"),
        ("{did: A, where: {x: {}}}", "condition.where.x", "needs an operator: is"),
        ("{segment: buyer}", "condition.segment", "there is no segment buyer; did you mean buyers?"),
        ("{none: []}", "condition.none", "needs at least one condition"),
        ("{exactly_one: [{}]}", "condition.exactly_one[0]", "ask exactly one of"),
        ("{attribute: x, in: []}", "condition.in", "needs at least one value"),
        ("{attribute: x, contains_any: []}", "condition.contains_any", "needs at least one value"),
        ("{attribute: x, between: [2, 1]}", "condition.between", "2 is more than 1"),
        ("{attribute: x, over: 2, fold: true}", "condition.fold", "goes with an operator that compares"),
        ("{attribute: x, matches: '['}", "condition.matches", "'[' is no regular expression"),
        ("{attribute: x, matches: '(a+)+b'}", "condition.matches", "'(a+)+b' repeats too much"),
        ("{attribute: x, matches: '(a)\\1'}", "condition.matches", "'(a)\\\\1' is no regular expression"),
        ("{did: A, where: {x: {matches: '(a|aa)*'}}}", "condition.where.x.matches", "'(a|aa)*' repeats"),
        ("{did: A, exactly: 2, at_least: 1}", "condition.at_least", "does not go with exactly"),
        ("{did: A, at_least: 3, at_most: 2}", "condition.at_most", "2 is less than at_least 3"),
        ("{did: A, at_most: -1}", "condition.at_most", "-1 is not a whole number from 0 to 1000"),
        ("{did_not: A, exactly: 1}", "condition.exactly", "does not go with did_not"),
        ("{did: A, within: 3d, since: 2026-01-01}", "condition.since", "does not go with within"),
        ("{did: A, since: '2026-02-30'}", "condition.since", "2026-02-30 is neither a date"),
        ("{did: A, since: '2026-02-03T09:00'}", "condition.since", "2026-02-03T09:00 is neither"),
        ("{did: A, since: '2026-02-03', before: '2026-02-03'}", "condition.before", "is not after since"),
        ("{did: A, first: {}}", "condition.first", "needs one of in_next, in_last, older_than"),
        ("{did: A, last: {in_next: 3d}}", "condition.last.in_next", "what happened is never ahead"),
        ("{did: A, first: {in_last: 3d}, within: 3d}", "condition.within", "does not go with first"),
        ("{attribute: x, in_next: 99999w}", "condition.in_next", "99999w is more than 36500d"),
        ("{collection: cart, over: 1, in_next: 3d}", "condition.in_next", "does not go with coll"),
        ("{attribute: x, anniversary: 301d}", "condition.anniversary", "301d is more than 300d"),
        ("{weekday: []}", "condition.weekday", "needs at least one day"),
        ("{percent: 0, lot: a}", "condition.percent", "0 is not between 0 and 100"),
        ("{percent: 10}", "condition", "needs a lot"),
        ("{scenario: x, is: inside}", "condition.scenario", "there is no scenario x"),
        ("{score: heat, over: 1}", "condition.score", "there is no score heat"),
        ("{reachable: email, topic: news}", "condition.topic", "there is no topic news"),
        ("{reachable: fax}", "condition.reachable", "'fax' is not allowed"),
        ("{segment: zzz}", "condition.segment", "there is no segment zzz; known are a, buyers"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_asked_is_told(
    problems: Problems, condition: str, place: str, problem: str
) -> None:
    [found] = problems(segment(condition))
    assert found.startswith(f"segments/a.yaml:2: {place}: {problem}")


def test_segments_that_read_one_another_in_a_circle_are_each_told(problems: Problems) -> None:
    files = segment("{segment: b}") | segment("{not: {segment: c}}", "b")
    files |= segment("{any: [{segment: a}, {segment: buyers}]}", "c") | segment("{segment: a}", "d")
    assert problems(files) == [
        f"segments/{name}.yaml:2: condition: depends on itself, through a, b, c" for name in "abc"
    ]


def test_a_name_that_is_used_twice_is_told_with_the_first_place(problems: Problems) -> None:
    twice = "segment: buyers\ncondition: {did: A}\n"
    again = "scenario: hello\ntrigger: {event: A}\nsteps: [{do: exit, id: a}]\n"
    scores = "scores:\n- {score: fit, rules: [{event: A, points: 1}]}\n"
    scores += "- {score: fit, rules: [{event: B, points: 1}]}\n"
    assert problems({
        "segments/z.yaml": twice, "scenarios/z.yaml": again, "scoring.yaml": scores,
    }) == [
        "scenarios/z.yaml:1: scenario: hello is already defined in scenarios/hello.yaml",
        "scoring.yaml:3: scores[1].score: fit is already defined in scoring.yaml",
        "segments/z.yaml:1: segment: buyers is already defined in segments/buyers.yaml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ("[]", "scores[0].rules: needs at least one rule"),
        ("[{event: A, points: 0}]", "scores[0].rules[0].points: 0 points change nothing"),
        ("[{event: '', points: 1}]", "scores[0].rules[0].event: '' is no event name"),
        ("[{points: 1}]", "scores[0].rules[0]: needs exactly one of event, message, if or"),
        ("[{event: A, if: {did: B}, points: 1}]", "scores[0].rules[0]: needs exactly one of"),
        ("[{event: A}]", "scores[0].rules[0]: needs either points or a factor"),
        ("[{event: A, factor: 2}]", "scores[0].rules[0].factor: goes with a condition only"),
        ("[{event: A, points: 5, cap: 4}]", "scores[0].rules[0].cap: 4 is less than the 5"),
        ("[{event: A, points: 5, per: 1d}]", "scores[0].rules[0].per: goes with a cap"),
        ("[{if: {did: A}, points: 5, once: true}]", "scores[0].rules[0].once: goes with an"),
        ("[{if: {segment: x}, points: 5}]", "scores[0].rules[0].if.segment: there is no"),
        ("[{attribute: role, points: 5}]", "scores[0].rules[0]: needs an operator"),
        ("[{if: {score: fit, over: 1}, points: 5}]", "scores[0].rules: depends on itself"),
        (
            "[{event: A, points: 1, where: {x: {}}}]",
            "scores[0].rules[0].where.x: needs an operator",
        ),
    ],
)
def test_a_score_that_cannot_count_is_told(problems: Problems, rules: str, problem: str) -> None:
    [found] = problems({"scoring.yaml": f"scores: [{{score: fit, rules: {rules}}}]"})
    assert found.startswith(f"scoring.yaml:1: {problem}")


def test_a_name_in_a_file_with_problems_is_not_told_as_missing(problems: Problems) -> None:
    files = segment("{did: A, withn: 3d}") | segment("{segment: a}", "b")
    assert problems(files) == [
        "segments/a.yaml:2: condition.withn: unknown key; did you mean within?"
    ]


def test_a_problem_in_a_template_is_told_where_it_stands(
    problems: Problems, template: dict[str, str | None]
) -> None:
    found = problems(
        template
        | {
            "templates/hello/template.yaml": 'channel: email\nsubject: "{{ name }}"\n',
            "templates/hello/html.html": "<p>\n{% import 'x' as y %}\n</p>",
        }
    )
    assert [problem.split(": ")[0] for problem in found] == [
        "templates/hello/html.html:2", "templates/hello/template.yaml:2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "html", "told"),
    [
        ("channel: sms\nsubject: Hello\n", None, ":2: subject: a text message has none"),
        ("channel: sms\n", "<p>Hello</p>", "html: a text message has none"),
        ("channel: email\n", None, "subject: is missing"),
    ],
)
def test_a_text_message_is_text_alone_and_an_email_has_a_subject(
    problems: Problems, head: str, html: str | None, told: str
) -> None:
    files = {"text.txt": "Hello", "html.html": html, "template.yaml": head}
    [found] = problems({f"templates/hello/{name}": text for name, text in files.items()})
    assert found.startswith("templates/hello/template.yaml:")
    assert told in found


@pytest.mark.parametrize(
    ("attribute", "problem"),
    [
        ("{attribute: plan, type: choice}", "attributes[0].attribute: plan needs choices"),
        ("{attribute: a, type: date, choices: [b]}", "attributes[0].choices: do not go with type date"),
        ("{attribute: a, type: text}", "attributes[0].type: "),
        ("{attribute: A, type: string}", "attributes[0].attribute: "),
    ],
)  # fmt: skip
def test_an_attribute_that_cannot_be_expected_is_told(
    problems: Problems, attribute: str, problem: str
) -> None:
    [found] = problems({"attributes.yaml": f"attributes: [{attribute}]"})
    assert found.startswith(f"attributes.yaml:1: {problem}")


def test_a_step_that_sets_what_the_attribute_refuses_is_told(problems: Problems) -> None:
    steps = "[{do: set, id: a, attribute: plan, to: gold}]"
    [found] = problems({
        "attributes.yaml": "attributes: [{attribute: plan, type: choice, choices: [free]}]",
        "scenarios/s.yaml": f"scenario: s\ntrigger: {{event: A}}\nsteps: {steps}\n",
    })  # fmt: skip
    assert found == 'scenarios/s.yaml:3: steps[0].to: plan takes one of free, not "gold"'
