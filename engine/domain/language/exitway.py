"""The ways out of a step, as they are written: where a run may go from it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from engine.domain.language.action import Exit, Straight, Switch, Webhook
from engine.domain.language.decision import Branch, Case, Split
from engine.domain.language.pause import Racer, WaitFor
from engine.domain.language.scenario import Step

Place = tuple[str | int, ...]


class Exitway(NamedTuple):
    """One way out of a step: where it is written, and the step named; None is the step below."""

    place: Place
    target: str | None


def exits_of(step: Step) -> Iterator[Exitway]:
    """Every way that a run may take from here."""
    match step:
        case Webhook() if step.wait:
            yield from (Exitway(("then",), step.then), Exitway(("else",), step.else_))
        case Straight():
            yield Exitway(("then",), step.then)
        case Split():
            for name, arm in step.arms.items():
                yield Exitway(("arms", name, "then"), arm.then)
        case Branch():
            yield from _ways_of(step.then, "when", step.when)
            yield Exitway(("else",), step.else_)
        case WaitFor():
            yield from _ways_of(step.then, "any", step.any)
            if step.timeout is not None or step.else_ is not None:
                yield Exitway(("else",), step.else_)
        case Exit() | Switch():
            return


def _ways_of(
    then: str | None, key: str, several: Sequence[Case | Racer] | None
) -> Iterator[Exitway]:
    """Of the short form, or of each of several."""
    if several is None:
        yield Exitway(("then",), then)
    for at, one in enumerate(several or ()):
        yield Exitway((key, at, "then"), one.then)


def ahead(steps: Mapping[str, Step], start: str) -> set[str]:
    """The steps that a run which stands on ``start`` may still come to."""
    ids = list(steps)
    below = dict(zip(ids, [*ids[1:], None], strict=True))
    found: set[str] = set()
    left = [start]
    while left:
        at = left.pop()
        ways = {way.target or below[at] for way in exits_of(steps[at])} - found
        found |= (reached := {one for one in ways if one is not None})
        left += reached
    return found
