"""What a struct's types cannot say about scenarios as a whole."""

from engine.domain.scenario import Scenario
from engine.loading.check_condition import moment_problems
from engine.loading.check_send import no_topic
from engine.loading.check_step import step_problems
from engine.loading.check_ways import way_problems
from engine.loading.known import Known
from engine.loading.shape import Problems


def scenario_problems(scenario: Scenario, known: Known) -> Problems:
    """Moments, steps, and the ways between the steps."""
    if scenario.version:
        yield ("version",), "is counted at publication; leave it out"
    yield from moment_problems(scenario.trigger, ("trigger",), known.names)
    if scenario.key is not None and scenario.trigger.event is None:
        yield ("key",), "is a property of the trigger's event; this trigger is none"
    if scenario.goal is not None:
        yield from moment_problems(scenario.goal, ("goal",), known.names)
    for at, leaving in enumerate(scenario.exits):
        yield from moment_problems(leaving, ("exits", at), known.names)
    for at, step in enumerate(scenario.steps):
        yield from step_problems(step, scenario, ("steps", at), known)
    if scenario.topic is not None and scenario.topic not in known.topics:
        yield ("topic",), no_topic(scenario.topic, known)
    yield from way_problems(scenario.steps)
