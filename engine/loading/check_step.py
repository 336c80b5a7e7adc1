"""What the types cannot say about each kind of step."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from engine.domain.language.action import (
    Consenting,
    Enlist,
    HandOff,
    Points,
    Send,
    Set,
    Start,
    Stop,
    Switch,
    Tag,
    Webhook,
)
from engine.domain.language.condition import Condition
from engine.domain.language.decision import Branch, Case, Split
from engine.domain.language.moment import is_moment
from engine.domain.language.pause import Digest, Racer, Wait, WaitFor
from engine.domain.language.scenario import Scenario, Step
from engine.domain.profile.attribute import misfit
from engine.domain.runs.aim import is_calendar
from engine.loading.check_condition import (
    condition_problems,
    event_problems,
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


def conditions_in(scenario: Scenario) -> Iterator[tuple[Place, Condition]]:
    """Every condition of a scenario, with its place in it."""
    if scenario.if_ is not None:
        yield ("if",), scenario.if_
    for at, leaving in enumerate(scenario.exits):
        for key, condition in (("if", leaving.if_), ("unless", leaving.unless)):
            if condition is not None:
                yield ("exits", at, key), condition
    for at, step in enumerate(scenario.steps):
        yield from ((("steps", at, *where), condition) for where, condition in conditions_of(step))


def conditions_of(step: Step) -> Iterator[tuple[Place, Condition]]:
    """Every condition of a step, with its place in it."""
    if not isinstance(step, Branch | WaitFor):
        return
    if step.if_ is not None:
        yield ("if",), step.if_
    key = "when" if isinstance(step, Branch) else "any"
    several: Sequence[Case | Racer] | None = getattr(step, key)
    for at, one in enumerate(several or ()):
        if one.if_ is not None:
            yield (key, at, "if"), one.if_


def _wait(step: Wait, _scenario: Scenario, place: Place, _known: Known) -> Problems:
    if step.for_ is None and not is_calendar(step):
        yield place, "a wait needs for (a duration), at (a local time), weekday, between or date"
    for key in ("before", "after"):
        if getattr(step, key) is not None and step.date is None:
            yield (*place, key), "goes with date"
    if step.before is not None and step.after is not None:
        yield (*place, "after"), "does not go with before"
    if step.date is not None and step.for_ is not None:
        yield (*place, "for"), "does not go with date; say after"
    if step.date is not None and step.weekday is not None and step.between is None:
        yield (*place, "weekday"), "goes with date only beside between"
    if step.at is not None and step.between is not None:
        yield (*place, "at"), "does not go with between"


def _wait_for(step: WaitFor, _scenario: Scenario, place: Place, known: Known) -> Problems:
    """One thing or several, each a moment or a condition."""
    for where, racer in _racers(step, place):
        if racer.if_ is None:
            yield from moment_problems(racer, where, known.names)
        elif is_moment(racer):
            yield (*where, "if"), "is a condition; name either it or a moment"
    if step.any is not None:
        if is_moment(step) or step.if_ is not None:
            yield (*place, "any"), "holds all that is waited for; name nothing beside it"
        if step.then is not None:
            yield (*place, "then"), "goes into any: each thing leads somewhere of its own"
    for at, condition in conditions_of(step):
        yield from condition_problems(condition, (*place, *at), known.names)
    if step.else_ is not None and step.timeout is None:
        yield (*place, "else"), "is never reached without a timeout"


def _racers(step: WaitFor, place: Place) -> Iterator[tuple[Place, Racer]]:
    if step.any is None:
        yield place, step
    for at, racer in enumerate(step.any or ()):
        yield (*place, "any", at), racer


def _digest(step: Digest, _scenario: Scenario, place: Place, _known: Known) -> Problems:
    yield from event_problems(step.event, (*place, "event"))
    if step.where is not None:
        yield from where_problems(step.where, (*place, "where"))


def _send(step: Send, scenario: Scenario, place: Place, known: Known) -> Problems:
    yield from send_problems(step, scenario.topic, place, known)


def _branch(step: Branch, _scenario: Scenario, place: Place, known: Known) -> Problems:
    """Either the short form or several ways, each with its own question."""
    if sum(one is not None for one in (step.if_, step.answer, step.when)) != 1:
        yield (
            place,
            "a branch needs one of if (a condition), answer (of a webhook) and when (several)",
        )
    if step.when is not None and step.then is not None:
        yield (*place, "then"), "goes with if or answer; each way of when has a then of its own"
    if step.answer is not None:
        yield from where_problems(step.answer, (*place, "answer"))
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


def _tag(step: Tag, _scenario: Scenario, place: Place, known: Known) -> Problems:
    if not (step.add or step.remove):
        yield place, "needs add or remove"
    expected = known.attributes.get(step.attribute)
    why = misfit(expected, [*step.add]) if expected else ""
    if why:
        yield (*place, "attribute"), why


def _enlist(step: Enlist, _scenario: Scenario, place: Place, known: Known) -> Problems:
    if step.join is None and step.quit is None:
        yield place, "needs join or quit"
    for key in ("join", "quit"):
        yield from unknown("list", getattr(step, key), (*place, key), known.names["list"])


def _consent(step: Consenting, _scenario: Scenario, place: Place, known: Known) -> Problems:
    yield from unknown("topic", step.topic, (*place, "topic"), known.topics)
    if step.say == "ask" and step.channel not in known.confirmed:
        where = f"channels: {{{step.channel}: {{confirm: {{template: ...}}}}}}"
        text = f"{step.channel} has no double opt-in to ask by; consent.yaml has it under {where}"
        yield (*place, "say"), text


def _points(step: Points, _scenario: Scenario, place: Place, known: Known) -> Problems:
    yield from unknown("score", step.score, (*place, "score"), known.names["score"])
    if step.points == 0:
        yield (*place, "points"), "0 points change nothing"


def _other(
    step: Start | Stop | Switch, _scenario: Scenario, place: Place, known: Known
) -> Problems:
    names = known.names["scenario"]
    yield from unknown("scenario", step.scenario, (*place, "scenario"), names)


def _handoff(step: HandOff, _scenario: Scenario, place: Place, known: Known) -> Problems:
    yield from unknown("handoff", step.handoff, (*place, "handoff"), known.names["handoff"])


def _webhook(step: Webhook, _scenario: Scenario, place: Place, known: Known) -> Problems:
    yield from unknown("webhook", step.webhook, (*place, "webhook"), known.names["webhook"])
    if step.else_ is not None and not step.wait:
        yield (*place, "else"), "is never reached without a wait for the answer"


_CHECKS: dict[type, Callable[[Any, Scenario, Place, Known], Problems]] = {
    Wait: _wait,
    WaitFor: _wait_for,
    Digest: _digest,
    Send: _send,
    Branch: _branch,
    Split: _split,
    Set: _set,
    Tag: _tag,
    Enlist: _enlist,
    Consenting: _consent,
    Points: _points,
    Start: _other,
    Stop: _other,
    Switch: _other,
    HandOff: _handoff,
    Webhook: _webhook,
}
"""Kinds of which something can be wrong besides their types and ways."""
