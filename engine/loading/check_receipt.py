"""What a struct's types cannot say about questions on messages: ``message``, ``of`` and ``bots``."""

from collections.abc import Collection, Mapping

from engine.domain.language.receipt import BY_MACHINES, Asks, Of
from engine.loading.nearest import meant
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place

_NAMED = ("template", "scenario")


def message_problems(asks: Asks, place: Place, names: Mapping[str, Collection[str]]) -> Problems:
    """``of`` names what there is, ``bots`` goes with what machines do; neither goes with an event."""
    if asks.message is None:
        for name in ("of", "bots"):
            if getattr(asks, name) is not None:
                yield (*place, name), "goes with message only"
        return
    if asks.bots is not None and asks.message not in BY_MACHINES:
        machines = " and ".join(sorted(BY_MACHINES))
        yield (*place, "bots"), f"goes with {machines} only: nothing else is done by machines"
    if asks.of is not None:
        yield from of_problems(asks.of, (*place, "of"), names)


def of_problems(of: Of, place: Place, names: Mapping[str, Collection[str]]) -> Problems:
    """Templates and scenarios that nobody defined."""
    if of == Of():
        yield place, f"is empty; name {', '.join(Of.__struct_fields__)}, or leave it out"
    for name in _NAMED:
        given, known = getattr(of, name), names[name]
        if given is not None and given not in known:
            yield (*place, name), f"there is no {name} {given}; {meant(given, known)}"
