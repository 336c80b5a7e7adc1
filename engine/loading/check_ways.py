"""The ways between a scenario's steps: each leads somewhere, each step is reached, no loop runs for ever."""

from engine.domain.language.exitway import exits_of
from engine.domain.language.pause import Digest, Wait, WaitFor
from engine.domain.language.scenario import Step
from engine.loading.nearest import meant
from engine.loading.shape import Problems

END = -1
"""Where a run goes that has no next step."""


def way_problems(steps: tuple[Step, ...]) -> Problems:
    """All of it, as far as the ids are right."""
    ids = [step.id for step in steps]
    wrong = [*_id_problems(ids), *_target_problems(steps, ids)]
    yield from wrong
    if not wrong:
        ways = [_next(step, at, ids) for at, step in enumerate(steps)]
        yield from _unreachable(ways, ids)
        yield from _loops(steps, ways)


def _next(step: Step, at: int, ids: list[str]) -> set[int]:
    """The steps that a run may stand on next."""
    following = at + 1 if at + 1 < len(ids) else END
    ways = {way.target for way in exits_of(step)}
    return {following if name is None else ids.index(name) for name in ways} or {END}


def _id_problems(ids: list[str]) -> Problems:
    for at, name in enumerate(ids):
        if ids.index(name) != at:
            yield ("steps", at, "id"), f"step {ids.index(name)} is already called {name}"


def _target_problems(steps: tuple[Step, ...], ids: list[str]) -> Problems:
    for at, step in enumerate(steps):
        for place, target in exits_of(step):
            if target is not None and target not in ids:
                yield ("steps", at, *place), f"there is no step {target}; {meant(target, ids)}"


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


def _lasts(step: Step) -> bool:
    """Whether time passes here, whatever the contact is: a date may be past, a condition may hold."""
    match step:
        case Wait():
            return step.for_ is not None or (step.at is not None and step.date is None)
        case WaitFor():
            return not any(racer.if_ for racer in step.racers)
        case _:
            return isinstance(step, Digest)


def _loops(steps: tuple[Step, ...], ways: list[set[int]]) -> Problems:
    """A loop that passes no wait would run for ever at one instant."""
    instant = {at for at, step in enumerate(steps) if not _lasts(step)}
    while dead := {at for at in instant if not ways[at] & instant}:
        instant -= dead
    if instant:
        at = min(instant)
        names = ", ".join(steps[at].id for at in sorted(instant))
        yield ("steps", at), f"a loop without a wait: {names}"
