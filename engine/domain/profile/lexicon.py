"""The lexicon: what definitions are called, by numbers that take a byte or two in stored states.

A name gets its number, which is its place, when a rulebook that knows it is first published. It keeps
it for ever, also when its definition goes: no state that was ever written is read wrongly.
"""

from collections.abc import Iterable

import msgspec

TIMER = "segment:"
"""What comes before the name in the timer of a segment."""

LEAST = 1 << 40
"""The least id of an aggregate."""

Named = int | str
"""A name's number; the name itself where it has none."""


class Words(msgspec.Struct, frozen=True):
    """Each at its number: ``names`` of segments, scores and scenarios, and ids of ``aggregates``."""

    names: tuple[str, ...] = ()
    aggregates: tuple[int, ...] = ()

    def grown(self, names: Iterable[str], aggregates: Iterable[int]) -> "Words":
        """With those that have no number yet."""
        return Words(
            (*self.names, *sorted(set(names) - set(self.names))),
            (*self.aggregates, *sorted(set(aggregates) - set(self.aggregates))),
        )


class Numbers(dict[str, Named]):
    """Name -> number; a name without one stands for itself."""

    def __missing__(self, name: str) -> Named:
        return name


class Ids(dict[int, int]):
    """Id of an aggregate -> number; one without stands for itself."""

    def __missing__(self, aggregate: int) -> int:
        return aggregate


class Names(dict[Named, str]):
    """Number -> name. Raises ValueError for a number that the lexicon does not know yet."""

    def __missing__(self, name: Named) -> str:
        if isinstance(name, str):
            return name
        raise _newer(name)


class Aggregates(dict[int, int]):
    """Number -> id. Ids are greater than all numbers."""

    def __missing__(self, aggregate: int) -> int:
        if aggregate >= LEAST:
            return aggregate
        raise _newer(aggregate)


def _newer(number: int) -> ValueError:
    message = f"the state was written under a later rulebook: number {number} is not known here"
    return ValueError(message)


class Lexicon:
    """Words to be looked up either way; ``timers`` are the owners of the timers of segments."""

    def __init__(self, words: Words | None = None) -> None:
        self.words = words or Words()
        names, aggregates = self.words.names, self.words.aggregates
        self.names = Names(enumerate(names))
        self.timers = Names((number, TIMER + name) for number, name in enumerate(names))
        self.aggregates = Aggregates(enumerate(aggregates))
        self.of_name = Numbers((name, number) for number, name in self.names.items())
        self.of_timer = Numbers((owner, number) for number, owner in self.timers.items())
        self.of_aggregate = Ids((id_, number) for number, id_ in self.aggregates.items())
