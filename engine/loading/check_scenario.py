"""What a struct's types cannot say about scenarios as a whole."""

from engine.domain.language.moment import is_moment
from engine.domain.language.pause import Leaving
from engine.domain.language.receipt import event_of
from engine.domain.language.scenario import Scenario
from engine.loading.check_condition import condition_problems, moment_problems
from engine.loading.check_echo import echo_problems
from engine.loading.check_send import no_topic
from engine.loading.check_step import step_problems
from engine.loading.check_trigger import trigger_problems
from engine.loading.check_ways import way_problems
from engine.loading.known import Known
from engine.loading.nearest import meant
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place


def given_problems(scenario: Scenario) -> Problems:
    """What no file may say."""
    for told in ("version", "former"):
        if getattr(scenario, told):
            yield (told,), "is counted at publication; leave it out"


def scenario_problems(scenario: Scenario, known: Known) -> Problems:
    """Moments, steps, and the ways between the steps."""
    yield from _move_problems(scenario)
    if scenario.trigger is not None:
        yield from trigger_problems(scenario.trigger, known)
        if scenario.key is not None and not event_of(scenario.trigger):
            yield ("key",), "is a property of the trigger's event; this trigger is none"
    if scenario.if_ is not None:
        yield from condition_problems(scenario.if_, ("if",), known.names)
    if scenario.goal is not None:
        yield from moment_problems(scenario.goal, ("goal",), known.names)
    for at, leaving in enumerate(scenario.exits):
        yield from _leaving_problems(leaving, ("exits", at), known)
    for at, step in enumerate(scenario.steps):
        yield from step_problems(step, scenario, ("steps", at), known)
    if scenario.topic is not None and scenario.topic not in known.topics:
        yield ("topic",), no_topic(scenario.topic, known)
    yield from echo_problems(scenario)
    yield from way_problems(scenario.steps)


def _move_problems(scenario: Scenario) -> Problems:
    """Where runs of earlier versions go on; which steps those had is not known here."""
    if scenario.moves and scenario.waiting != "migrate":
        yield ("moves",), "says where runs go on that migrate: write waiting: migrate too"
    ids = [step.id for step in scenario.steps]
    for step, target in scenario.moves.items():
        if target not in ids:
            yield ("moves", step), f"there is no step {target}; {meant(target, ids)}"


def _leaving_problems(leaving: Leaving, place: Place, known: Known) -> Problems:
    """A moment, or a condition that holds, or one that no longer does."""
    asked = {"if": leaving.if_, "unless": leaving.unless}
    given = {key: condition for key, condition in asked.items() if condition is not None}
    if not given:
        yield from moment_problems(leaving, place, known.names)
    elif len(given) > 1 or is_moment(leaving):
        yield place, "name a moment, or if, or unless: each exit is one of them"
    for key, condition in given.items():
        yield from condition_problems(condition, (*place, key), known.names)
