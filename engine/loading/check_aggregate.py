"""What a struct's types cannot say about declared aggregates."""

from collections.abc import Collection

from engine.domain.aggregates.window import window_of
from engine.domain.language.declared import PROPERTY_VERBS, VERBS, DeclaredAggregate, verb_of
from engine.loading.check_condition import event_problems, unknown, where_problems
from engine.loading.shape import Problems

_QUALIFIERS = ("event", "where", "within", "between")


def aggregate_problems(declared: DeclaredAggregate, names: Collection[str]) -> Problems:
    """One verb, only what goes with it, a window that is one, aggregates that exist."""
    verb = verb_of(declared)
    if verb is None:
        yield (), f"give exactly one of {', '.join(VERBS)}"
        return
    yield from _qualifier_problems(declared, verb)
    if declared.count is not None:
        yield from event_problems(declared.count, ("count",))
    if declared.event is not None:
        yield from event_problems(declared.event, ("event",))
    if declared.where is not None:
        yield from where_problems(declared.where, ("where",))
    for at, name in enumerate(declared.ratio or ()):
        yield from unknown("aggregate", name, ("ratio", at), names)
    yield from _window_problems(declared)


def _qualifier_problems(declared: DeclaredAggregate, verb: str) -> Problems:
    given = [name for name in _QUALIFIERS if getattr(declared, name) is not None]
    if verb in PROPERTY_VERBS and "event" not in given:
        yield (verb,), f"{verb} needs event: the name of the events that have this property"
    if verb == "count" and "event" in given:
        yield ("event",), "does not go with count, which names the event itself"
    if verb == "ratio":
        for name in given:
            yield (name,), "does not go with ratio; its two aggregates say what they take"


def _window_problems(declared: DeclaredAggregate) -> Problems:
    if declared.within is not None and declared.between is not None:
        yield ("between",), "does not go with within; take one of them"
        return
    window = window_of(declared)
    if window is not None and window.near is not None and window.near >= window.far:
        yield ("between",), "begins before it ends: the longer time ago comes first"
