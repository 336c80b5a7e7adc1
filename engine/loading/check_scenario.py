"""What a struct's types cannot say about scenarios: the graph of their steps."""

from engine.domain.action import Exit, HandOff, Send, Set
from engine.domain.attribute import Attribute, misfit
from engine.domain.decision import Branch
from engine.domain.pause import Wait, WaitFor
from engine.domain.scenario import Scenario, Step
from engine.domain.template import Template
from engine.loading.check_condition import condition_problems, moment_problems, unknown
from engine.loading.nearest import meant
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place

END = -1
"""Where a run goes that has no next step."""


class Known:
    """What a scenario may name: also what has problems of its own, which are told there."""

    def __init__(
        self, names: dict[str, set[str]], templates: list[Template], attributes: list[Attribute]
    ) -> None:
        self.names = names
        self.templates = names["template"]
        self.attributes = {one.attribute: one for one in attributes}
        self.channels = {template.template: template.channel for template in templates}
        self.marketing = {one.template for one in templates if not one.transactional}
        self.topics = names["topic"]


def scenario_problems(scenario: Scenario, known: Known) -> Problems:
    """Moments, steps, and the ways between the steps."""
    if scenario.version:
        yield ("version",), "is counted at publication; leave it out"
    yield from moment_problems(scenario.trigger, ("trigger",), known.names)
    if scenario.goal is not None:
        yield from moment_problems(scenario.goal, ("goal",), known.names)
    for at, leaving in enumerate(scenario.exits):
        yield from moment_problems(leaving, ("exits", at), known.names)
    for at, step in enumerate(scenario.steps):
        yield from _step_problems(step, ("steps", at), known)
        if isinstance(step, Send):
            yield from _topic_problems(step, scenario.topic, ("steps", at), known)
    if scenario.topic is not None and scenario.topic not in known.topics:
        yield ("topic",), _no_topic(scenario.topic, known)
    ids = [step.id for step in scenario.steps]
    wrong = [*_id_problems(ids), *_target_problems(scenario.steps, ids)]
    yield from wrong
    if not wrong:
        ways = [_ways(step, at, ids) for at, step in enumerate(scenario.steps)]
        yield from _unreachable(ways, ids)
        yield from _loops(scenario.steps, ways)


def _step_problems(step: Step, place: Place, known: Known) -> Problems:
    match step:
        case Wait():
            if step.for_ is None and step.at is None:
                yield place, "a wait needs for (a duration), at (a local time), or both"
        case WaitFor():
            yield from moment_problems(step, place, known.names)
            if step.else_ is not None and step.timeout is None:
                yield (*place, "else"), "is never reached without a timeout"
        case Send():
            yield from _send_problems(step, place, known)
        case Branch():
            yield from condition_problems(step.if_, (*place, "if"), known.names)
        case Set():
            yield from _set_problems(step, place, known)
        case HandOff():
            name = step.handoff
            yield from unknown("handoff", name, (*place, "handoff"), known.names["handoff"])
        case Exit():
            return


def _set_problems(step: Set, place: Place, known: Known) -> Problems:
    if not step.attribute.strip():
        yield (*place, "attribute"), "is empty"
    expected = known.attributes.get(step.attribute)
    why = misfit(expected, step.to) if expected else ""
    if why:
        yield (*place, "to"), why


def _send_problems(step: Send, place: Place, known: Known) -> Problems:
    if step.template not in known.templates:
        nearest = meant(step.template, known.templates)
        yield (*place, "template"), f"there is no template {step.template}; {nearest}"
    channel = known.channels.get(step.template, step.channel)
    if channel != step.channel:
        yield (*place, "channel"), f"template {step.template} is for {channel}, not {step.channel}"


def _topic_problems(step: Send, topic: str | None, place: Place, known: Known) -> Problems:
    """Where there are topics, people have consented to them, so marketing has to say which it is."""
    if step.topic is not None and step.topic not in known.topics:
        yield (*place, "topic"), _no_topic(step.topic, known)
    elif known.topics and not (step.topic or topic) and step.template in known.marketing:
        topics = ", ".join(sorted(known.topics))
        yield place, f"marketing needs a topic, here or at the scenario; known are {topics}"


def _no_topic(topic: str, known: Known) -> str:
    return f"there is no topic {topic} in consent.yaml; {meant(topic, known.topics)}"


def _id_problems(ids: list[str]) -> Problems:
    for at, name in enumerate(ids):
        if ids.index(name) != at:
            yield ("steps", at, "id"), f"step {ids.index(name)} is already called {name}"


def _target_problems(steps: tuple[Step, ...], ids: list[str]) -> Problems:
    for at, step in enumerate(steps):
        if isinstance(step, Branch | WaitFor):
            for key, target in (("then", step.then), ("else", step.else_)):
                if target is not None and target not in ids:
                    yield ("steps", at, key), f"there is no step {target}; {meant(target, ids)}"


def _ways(step: Step, at: int, ids: list[str]) -> set[int]:
    """The steps that a run may stand on next."""
    following = at + 1 if at + 1 < len(ids) else END
    match step:
        case Exit():
            return {END}
        case Branch() | WaitFor():
            both = (step.then, step.else_)
            ways = {following if name is None else ids.index(name) for name in both}
            if isinstance(step, WaitFor) and step.timeout is None:
                ways = {following if step.then is None else ids.index(step.then)}
            return ways
        case _:
            return {following}


def _unreachable(ways: list[set[int]], ids: list[str]) -> Problems:
    reached, ahead = {END}, [0]
    while ahead:
        at = ahead.pop()
        if at not in reached:
            reached.add(at)
            ahead += ways[at]
    for at, name in enumerate(ids):
        if at not in reached:
            yield ("steps", at), f"no step leads to {name}"


def _loops(steps: tuple[Step, ...], ways: list[set[int]]) -> Problems:
    """A loop that passes no wait would run for ever at one instant."""
    instant = {at for at, step in enumerate(steps) if not isinstance(step, Wait | WaitFor)}
    while dead := {at for at in instant if not ways[at] & instant}:
        instant -= dead
    if instant:
        at = min(instant)
        names = ", ".join(steps[at].id for at in sorted(instant))
        yield ("steps", at), f"a loop without a wait: {names}"
