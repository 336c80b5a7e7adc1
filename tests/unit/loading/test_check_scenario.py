"""Checks of a scenario: its moments, its steps and the ways between them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.language.action import Send
from engine.loading.definitions import load

StepProblems = Callable[..., list[str]]

SEND = "{do: send, id: mail, channel: email, template: hello}"
WAIT = "{do: wait, id: pause, for: 1h}"
NEEDS = (
    "needs exactly one of event, message, enters, leaves, joins, quits, handoff, stage or changes"
)
SET = "{do: set, id: mark, attribute: seen, to: true}"


@pytest.mark.parametrize(
    ("moment", "problem"),
    [
        (
            "{}",
            f"trigger: {NEEDS}, has none",
        ),
        (
            "{event: A, enters: buyers}",
            f"trigger: {NEEDS}, has event",
        ),
        ("{enters: buyers, where: {x: 1}}", "trigger.where: goes with an event or a message only"),
        ("{event: A, where: {}}", "trigger.where: is empty"),
        ("{event: ''}", "trigger.event: '' is no event name"),
        ("{enters: buyer}", "trigger.enters: there is no segment buyer; did you mean buyers?"),
        ("{leaves: buyer}", "trigger.leaves: there is no segment buyer; did you mean buyers?"),
    ],
)
def test_a_moment_is_one_thing_that_happens(
    problems: StepProblems, moment: str, problem: str
) -> None:
    text = f"scenario: hello\ntrigger: {moment}\nsteps: [{SET}]\n"
    [found] = problems({"scenarios/hello.yaml": text})
    assert found.startswith(f"scenarios/hello.yaml:2: {problem}")


ECHO = "trigger.message: step mail would start this scenario again"


@pytest.mark.parametrize(
    ("trigger", "reentry", "told"),
    [
        ("{message: sent}", "always", True),
        ("{message: bounced, of: {channel: email}}", "always", True),
        ("{message: sent, of: {scenario: hello, step: mail}}", "always", True),
        ("{message: sent}", "never", False),
        ("{message: clicked}", "always", False),
        ("{message: sent, of: {channel: sms}}", "always", False),
        ("{message: sent, where: {template: other}}", "always", False),
    ],
)
def test_a_scenario_does_not_start_itself_by_what_it_sends(
    problems: StepProblems, trigger: str, reentry: str, told: bool
) -> None:
    send = "{do: send, id: mail, channel: email, template: hello}"
    text = f"scenario: hello\ntrigger: {trigger}\nreentry: {reentry}\nsteps: [{send}]\n"
    found = [one for one in problems({"scenarios/hello.yaml": text}) if "start this" in one]
    assert [one.startswith(f"scenarios/hello.yaml:2: {ECHO}") for one in found] == [True] * told


@pytest.mark.parametrize(
    ("leaving", "problem"),
    [
        ("{if: {segment: buyer}}", ".if.segment: there is no segment buyer"),
        ("{unless: {segment: buyers}, event: A}", ": name a moment, or if, or unless"),
    ],
)
def test_an_exit_is_a_moment_or_a_condition(
    problems: StepProblems, leaving: str, problem: str
) -> None:
    text = f"scenario: hello\ntrigger: {{event: A}}\nexits: [{leaving}]\nsteps: [{SET}]\n"
    [found] = problems({"scenarios/hello.yaml": text})
    assert found.startswith(f"scenarios/hello.yaml:3: exits[0]{problem}")


def test_goal_and_exits_are_moments_too(problems: StepProblems) -> None:
    text = f"scenario: hello\ntrigger: {{event: A}}\ngoal: {{}}\nexits: [{{}}]\nsteps: [{SET}]\n"
    assert [found.split(": ")[1] for found in problems({"scenarios/hello.yaml": text})] == [
        "goal", "exits[0]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ("{do: wait, id: a}", ": a wait needs for (a duration), at (a local time), weekday"),
        (
            "{do: wait_for, id: a, timeout: 1d}",
            f": {NEEDS}",
        ),
        ("{do: wait_for, id: a, event: A, enters: buyers}", ": needs exactly one of"),
        ("{do: wait_for, id: a, event: A, else: a}", ".else: is never reached without a timeout"),
        (
            "{do: send, id: a, channel: email, template: helo}",
            ".template: there is no template helo;",
        ),
        ("{do: branch, id: a, if: {}}", ".if: ask exactly one of"),
        ("{do: branch, id: a, if: {segment: buyer}}", ".if.segment: there is no segment buyer"),
        (
            "{do: branch, id: a, if: {segment: buyers}, then: b}",
            ".then: there is no step b; known are a",
        ),
        ("{do: set, id: a, attribute: '', to: 1}", ".attribute: is empty"),
        (
            "{do: set, id: a, attribute: x, to: 1, then: b}",
            ".then: there is no step b; known are a",
        ),
        ("{do: branch, id: a}", ": a branch needs one of if (a condition), answer"),
        (
            "{do: branch, id: a, if: {segment: buyers}, answer: {grade: A}}",
            ": a branch needs one of if",
        ),
        ("{do: branch, id: a, answer: {grade: {ovr: 1}}}", ".answer.grade.ovr"),
        ("{do: branch, id: a, when: [{}]}", ".when[0]: needs either if (a condition)"),
        (
            "{do: branch, id: a, when: [{if: {segment: buyer}}]}",
            ".when[0].if.segment: there is no segment buyer",
        ),
        ("{do: split, id: a, arms: {x: {weight: 0}}}", ".arms: needs at least one way"),
        ("{do: split, id: a, arms: {x: {weight: 1, then: b}}}", ".arms.x.then: there is no step b"),
        ("{do: send, id: a, channel: email}", ": a send needs either template or variants"),
        (
            "{do: send, id: a, channel: email, variants: {helo: 1}}",
            ".variants.helo: there is no template helo",
        ),
        ("{do: wait, id: a, for: 1h, before: 1d}", ".before: goes with date"),
        ("{do: wait, id: a, at: '09:00', between: ['09:00', '18:00']}", ".at: does not go with"),
        ("{do: wait_for, id: a, if: {segment: buyer}}", ".if.segment: there is no segment buyer"),
        ("{do: wait_for, id: a, any: [{event: A}, {}]}", ".any[1]: needs exactly one of event"),
        ("{do: wait_for, id: a, any: [{event: A, then: b}]}", ".any[0].then: there is no step b"),
        ("{do: wait_for, id: a, event: A, any: [{event: B}]}", ".any: holds all that is waited"),
        ("{do: wait_for, id: a, if: {did: A}, then: a}", ": a loop without a wait: a"),
        ("{do: wait, id: a, date: birthday, then: a}", ": a loop without a wait: a"),
        ("{do: digest, id: a, event: ' A', for: 1h}", ".event: ' A' is no event name"),
        ("{do: tag, id: a}", ": needs add or remove"),
        ("{do: list, id: a, join: fare}", ".join: there is no list fare"),
        ("{do: topic, id: a, channel: email, topic: nws, say: unsubscribe}", ".topic: there is no"),
        ("{do: topic, id: a, channel: email, say: ask}", ".say: email has no double opt-in"),
        ("{do: score, id: a, score: heat, points: 1}", ".score: there is no score heat"),
        ("{do: start, id: a, scenario: helo}", ".scenario: there is no scenario helo"),
    ],
)
def test_a_step_that_cannot_be_taken_is_told(
    step_problems: StepProblems, step: str, problem: str
) -> None:
    [found] = step_problems(step)
    assert found.startswith(f"scenarios/hello.yaml:4: steps[0]{problem}")


def test_step_ids_are_unique(step_problems: StepProblems) -> None:
    assert step_problems(WAIT, SET, WAIT) == [
        "scenarios/hello.yaml:6: steps[2].id: step 0 is already called pause"
    ]


@pytest.mark.parametrize(
    "steps",
    [
        ("{do: exit, id: done}", SET),
        ("{do: branch, id: b, if: {segment: buyers}, then: c, else: c}", SET, "{do: exit, id: c}"),
        ("{do: wait_for, id: w, event: A, then: c}", SET, "{do: exit, id: c}"),
    ],
)
def test_a_step_that_nothing_leads_to_is_told(
    step_problems: StepProblems, steps: tuple[str, ...]
) -> None:
    assert step_problems(*steps) == ["scenarios/hello.yaml:5: steps[1]: no step leads to mark"]


def test_a_loop_needs_a_wait(step_problems: StepProblems) -> None:
    back = "{do: branch, id: again, if: {segment: buyers}, then: mark}"
    assert step_problems(WAIT, SET, back) == [
        "scenarios/hello.yaml:5: steps[1]: a loop without a wait: mark, again"
    ]


def test_a_loop_through_a_wait_is_fine(write: Callable[..., Path]) -> None:
    back = "{do: branch, id: again, if: {segment: buyers}, then: pause}"
    text = f"scenario: hello\ntrigger: {{event: A}}\nsteps: [{WAIT}, {SET}, {back}]\n"
    [scenario] = load(write({"scenarios/hello.yaml": text})).scenarios
    assert [step.id for step in scenario.steps] == ["pause", "mark", "again"]


def test_the_version_is_not_for_the_operator(problems: StepProblems) -> None:
    text = f"scenario: hello\nversion: 3\ntrigger: {{event: A}}\nsteps: [{SET}]\n"
    assert problems({"scenarios/hello.yaml": text}) == [
        "scenarios/hello.yaml:2: version: is counted at publication; leave it out"
    ]


def test_a_template_that_exists_may_be_sent(
    write: Callable[..., Path], template: dict[str, str]
) -> None:
    text = f"scenario: hello\ntrigger: {{event: A}}\nsteps: [{SEND}]\n"
    [scenario] = load(write(template | {"scenarios/hello.yaml": text})).scenarios
    assert scenario.steps == (Send(id="mail", channel="email", template="hello"),)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("moves: {old: hear}", ":2: moves: says where runs go on that migrate: write waiting"),
        ("waiting: migrate\nmoves: {old: her}", "moves.old: there is no step her; did you mean"),
        ("former: 2", ":2: former: is counted at publication; leave it out"),
        ("rollout: 10", ":2: rollout: "),
        ("rollout: 110%", ":2: rollout: "),
        ("waiting: keep", ":2: waiting: "),
    ],
)
def test_what_becomes_of_runs_must_fit(told: str, why: str, problems: StepProblems) -> None:
    steps = "[{do: wait, id: hear, for: 1h}]"
    text = f"scenario: hello\n{told}\ntrigger: {{event: A}}\nsteps: {steps}\n"
    [found] = problems({"scenarios/hello.yaml": text})
    assert why in found
