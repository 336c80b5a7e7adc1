"""What the types cannot say about each kind of step."""

from collections.abc import Callable, Iterator
from typing import Any

from engine.domain.action import HandOff, Send, Set, Start, Stop, Switch
from engine.domain.attribute import misfit
from engine.domain.condition import Condition
from engine.domain.decision import Branch, Split
from engine.domain.pause import Wait, WaitFor
from engine.domain.scenario import Scenario, Step
from engine.loading.check_condition import (
    condition_problems,
    moment_problems,
    unknown,
    where_problems,
)
from engine.loading.check_send import send_problems
from engine.loading.known import Known
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place


def step_problems(step: Step, scenario: Scenario, place: Place, known: Known) -> Problems:
    """What is wrong within one step."""
    check = _CHECKS.get(type(step))
    if check is not None:
        yield from check(step, scenario, place, known)


def conditions_of(step: Step) -> Iterator[tuple[Place, Condition]]:
    """Every condition of a step, with its place in it."""
    if isinstance(step, Branch):
        if step.if_ is not None:
            yield ("if",), step.if_
        for at, case in enumerate(step.when or ()):
            if case.if_ is not None:
                yield ("when", at, "if"), case.if_


def _wait(step: Wait, _scenario: Scenario, place: Place, _known: Known) -> Problems:
    if step.for_ is None and step.at is None:
        yield place, "a wait needs for (a duration), at (a local time), or both"


def _wait_for(step: WaitFor, _scenario: Scenario, place: Place, known: Known) -> Problems:
    yield from moment_problems(step, place, known.names)
    if step.else_ is not None and step.timeout is None:
        yield (*place, "else"), "is never reached without a timeout"


def _send(step: Send, scenario: Scenario, place: Place, known: Known) -> Problems:
    yield from send_problems(step, scenario.topic, place, known)


def _branch(step: Branch, _scenario: Scenario, place: Place, known: Known) -> Problems:
    """Either the short form or several ways, each with its own question."""
    if (step.if_ is None) == (step.when is None):
        yield place, "a branch needs either if or when"
    if step.when is not None and step.then is not None:
        yield (*place, "then"), "goes with if; each way of when has a then of its own"
    for where, condition in conditions_of(step):
        yield from condition_problems(condition, (*place, *where), known.names)
    for at, case in enumerate(step.when or ()):
        if (case.if_ is None) == (case.answer is None):
            text = "needs either if (a condition) or answer (of a webhook)"
            yield (*place, "when", at), text
        if case.answer is not None:
            yield from where_problems(case.answer, (*place, "when", at, "answer"))


def _split(step: Split, _scenario: Scenario, place: Place, _known: Known) -> Problems:
    if not any(arm.weight for arm in step.arms.values()):
        yield (*place, "arms"), "needs at least one way with a weight above 0"


def _set(step: Set, _scenario: Scenario, place: Place, known: Known) -> Problems:
    if not step.attribute.strip():
        yield (*place, "attribute"), "is empty"
    expected = known.attributes.get(step.attribute)
    why = misfit(expected, step.to) if expected else ""
    if why:
        yield (*place, "to"), why


def _other(
    step: Start | Stop | Switch, _scenario: Scenario, place: Place, known: Known
) -> Problems:
    names = known.names["scenario"]
    yield from unknown("scenario", step.scenario, (*place, "scenario"), names)


def _handoff(step: HandOff, _scenario: Scenario, place: Place, known: Known) -> Problems:
    yield from unknown("handoff", step.handoff, (*place, "handoff"), known.names["handoff"])


_CHECKS: dict[type, Callable[[Any, Scenario, Place, Known], Problems]] = {
    Wait: _wait,
    WaitFor: _wait_for,
    Send: _send,
    Branch: _branch,
    Split: _split,
    Set: _set,
    Start: _other,
    Stop: _other,
    Switch: _other,
    HandOff: _handoff,
}
"""Kinds of which something can be wrong besides their types and ways."""
