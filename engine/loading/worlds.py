"""Worlds: every way in which what a condition asks about may stand, as far as it can tell them apart.

A condition is made of questions about variables: an attribute's value, how often something was done,
since when, which day it is. ``ways`` are the answers that the questions about one can have together.
Variables are taken for independent, and more values are looked at than there are: so what holds in all
worlds holds for everybody.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations_with_replacement, islice, pairwise, product
from typing import Any, NamedTuple, get_args

import msgspec

from engine.domain.comparison import comparison
from engine.domain.conditions.passage import STATES
from engine.domain.duration import DAY, SECOND
from engine.domain.language.condition import Comparison, Weekday

TEXTUAL = ("contains", "contains_any", "contains_all", "starts_with", "ends_with", "matches")
"""Operators that look into a value; of one that nobody names any of them may hold."""
NUMERIC = ("over", "under", "at_least", "at_most", "between")
MOST = 4_096
"""Worlds that are looked at."""

FARTHEST = 15 * 3_600 * SECOND
"""Ms that no zone is away from UTC."""

Key = tuple[str, ...]
"""Its first part is the variable's kind."""
Test = Callable[[Any], bool]


class Question(NamedTuple):
    """``points`` are what its test tells values apart by."""

    variable: Key
    points: tuple[Any, ...]
    test: Test


class Other(NamedTuple):
    """A value that no operator names: a text or a list, and which textual operators fit it."""

    plain: Any
    fits: frozenset[str]


def values(points: Iterable[Any]) -> Iterator[Any]:
    """Of an attribute: those named, numbers around them, missing, and what nobody names."""
    named = [one for one in points if not isinstance(one, Textual)]
    yield from (None, True, False, *named)
    yield from _around(one for one in named if type(one) in (int, float))
    parts = list(dict.fromkeys(one.name for one in points if isinstance(one, Textual)))
    for plain in ("\0", ["\0"]):
        for held in product((True, False), repeat=len(parts)):
            fits = frozenset(name for name, yes in zip(parts, held, strict=True) if yes)
            yield Other(plain, fits)


class Textual(NamedTuple):
    """A point that is no value: a textual operator with what it looks for."""

    name: str


def _around(numbers: Iterable[float]) -> Iterator[float]:
    """One in every gap between the numbers, and beyond them."""
    found = sorted({*numbers})
    if found:
        yield found[0] - 1
        yield from ((low + high) / 2 for low, high in pairwise(found))
        yield found[-1] + 1
    else:
        yield 0


def numbers(points: Iterable[Any]) -> Iterator[float]:
    """Of a score, or of a part of a collection."""
    named = [one for one in points if type(one) in (int, float)]
    yield from named
    yield from _around(named)


def ages(points: Iterable[Any]) -> Iterator[tuple[int, int] | None]:
    """Of something dated: ms since it began and since it ended, of an instant or of a whole day."""
    yield None
    for span in {0, *points}:
        for edge in (span, -span):
            for begun in (edge - DAY, edge - 1, edge, edge + 1, edge + DAY):
                yield begun, begun
                yield begun, begun - DAY


class Edge(NamedTuple):
    """A place in the calendar (ms, as if at UTC): of a date it is the clock of the contact that shows it."""

    at: int
    local: bool


class Placed(NamedTuple):
    """An instant (ms), and what the contact's clock shows then."""

    absolute: int
    local: int

    def reaches(self, edge: Edge) -> bool:
        return (self.local if edge.local else self.absolute) >= edge.at


def places(points: Iterable[Edge]) -> Iterator[Placed | None]:
    """Of something dated: around each edge, in zones further from UTC than there are any."""
    yield None
    for edge in points:
        for at in (edge.at - 1, edge.at, edge.at + 1):
            for offset in (-FARTHEST, 0, FARTHEST):
                yield Placed(at, at + offset)
                yield Placed(at - offset, at)


def counts(points: Iterable[Any]) -> Iterator[dict[int, int]]:
    """How often within each window: a longer one holds at least as many."""
    named = list(points)
    windows = sorted({window for window, _bound in named})
    bounds = sorted({0, *(max(0, bound + by) for _w, bound in named for by in (-1, 0, 1))})
    for often in combinations_with_replacement(bounds, len(windows)):
        yield dict(zip(windows, often, strict=True))


def compared(wanted: Comparison) -> tuple[tuple[Any, ...], Test]:
    """The points of a comparison, and its test."""
    whole = comparison(wanted)
    parts = dict.fromkeys(TEXTUAL)
    rest = comparison(msgspec.structs.replace(wanted, **parts))
    textual = [_textual(wanted, name) for name in TEXTUAL if getattr(wanted, name) is not None]

    def test(value: Any) -> bool:
        if isinstance(value, Other):
            return rest(value.plain) and all(one.name in value.fits for one in textual)
        return whole(value)

    return (*_operands(wanted), *textual), test


def _textual(wanted: Comparison, name: str) -> Textual:
    asked = [name, getattr(wanted, name), wanted.fold]
    return Textual(msgspec.json.encode(asked).decode())


def _operands(wanted: Comparison) -> Iterator[Any]:
    yield from (one for one in (wanted.is_, wanted.is_not) if one is not None)
    yield from wanted.in_ or ()
    for name in NUMERIC:
        operand = getattr(wanted, name)
        if operand is not None:
            yield from operand if isinstance(operand, tuple) else (operand,)


MAKERS: dict[str, Callable[[Iterable[Any]], Iterable[Any]]] = {
    "attribute": values,
    "company": values,
    "aggregate": values,
    "collection": numbers,
    "score": numbers,
    "age": ages,
    "place": places,
    "often": counts,
    "scenario": lambda _points: STATES,
    "weekday": lambda _points: get_args(Weekday),
    "lot": numbers,
}
"""Kind of a variable -> the values it may have; of every other kind it is true or false."""


def _either(_points: Iterable[Any]) -> Iterable[Any]:
    return (True, False)


class TooMany(Exception):  # noqa: N818 - it is no fault
    """There are more worlds than are looked at."""


def ways(questions: list[Question]) -> Iterator[list[dict[int, bool]]]:
    """Of each variable, the different ways in which its questions (by place) may be answered together."""
    by_variable: dict[Key, list[int]] = {}
    for place, one in enumerate(questions):
        by_variable.setdefault(one.variable, []).append(place)
    for variable, places in by_variable.items():
        points = [point for place in places for point in questions[place].points]
        found = list(islice(MAKERS.get(variable[0], _either)(points), MOST + 1))
        if len(found) > MOST:
            raise TooMany
        answers = {tuple(questions[place].test(value) for place in places) for value in found}
        yield [dict(zip(places, answer, strict=True)) for answer in sorted(answers)]
