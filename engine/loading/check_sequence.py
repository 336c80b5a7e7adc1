"""What a struct's types cannot say about sequences: ``did: A, then: B`` and ``did: A, not_then: B``."""

from collections.abc import Callable, Iterator

from engine.domain.conditions.sequence import following
from engine.domain.duration import milliseconds
from engine.domain.language.condition import Condition, Next
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place

STEPS = 8
"""Events that may follow one another."""
_ALONE = ("first", "last")


def sequence_problems(
    condition: Condition, place: Place, step_problems: Callable[[Next, Place], Problems]
) -> Problems:
    """One of both, of events that there may be, and words of time that leave something."""
    if condition.then is None and condition.not_then is None:
        if condition.in_last is not None:
            yield (*place, "in_last"), "goes with then or not_then; did alone takes within"
        return
    if condition.then is not None and condition.not_then is not None:
        yield (*place, "not_then"), "does not go with then: ask both, in all: [...]"
    for name in _ALONE:
        if getattr(condition, name) is not None:
            yield (*place, name), "does not go with a sequence"
    for step, at in _steps(condition, place):
        yield from step_problems(step, at)
    yield from _length_problems(condition, place)


def _length_problems(condition: Condition, place: Place) -> Problems:
    key = "then" if condition.then is not None else "not_then"
    count = len(following(condition))
    if not 0 < count <= STEPS:
        yield (*place, key), f"{count} events; at least one and at most {STEPS} may follow"
    within, span = condition.within, condition.in_last
    if key == "not_then" and within and span and milliseconds(within) >= milliseconds(span):
        text = f"never holds: what is missing is known after {within}, which is out of the window"
        yield (*place, "in_last"), text


def _steps(condition: Condition, place: Place) -> Iterator[tuple[Next, Place]]:
    for key in ("then", "not_then"):
        asked = getattr(condition, key)
        if isinstance(asked, Next):
            yield asked, (*place, key)
        for at, step in enumerate(asked if isinstance(asked, tuple) else ()):
            yield step, (*place, key, at)
