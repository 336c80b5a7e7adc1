"""Figures: what a verb makes of the values that a contact's series has within a window."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from operator import mul
from typing import Any, TypeGuard

import msgspec

from engine.domain.aggregates.asked import Figure, Value
from engine.domain.aggregates.measure import MILLION, amount, distinct
from engine.domain.aggregates.series import Columns
from engine.domain.aggregates.window import Window

_decode = msgspec.json.Decoder().decode


class Occurrences:
    """How many times there are."""

    __slots__ = ("_columns", "_window")

    def __init__(self, columns: Columns, window: Window) -> None:
        self._columns = columns
        self._window = window

    def value(self, now: int) -> Value:
        times, _, weights = self._columns
        first, end = self._window.bounds(times, now)
        return sum(weights[first:end]) if weights else max(end - first, 0)

    def changes(self, now: int, most: int) -> list[int]:
        return self._window.changes(self._columns.times, now, most)

    def falls(self) -> bool:
        return self._window.near is None


class Sliding(Occurrences):
    """What ``verb`` makes of the values."""

    __slots__ = ("_read", "_verb")

    def __init__(self, columns: Columns, window: Window, verb: str) -> None:
        super().__init__(columns, window)
        self._verb = verb
        self._read = _SLIDING[verb]

    def value(self, now: int) -> Value:
        times, values, weights = self._columns
        first, end = self._window.bounds(times, now)
        return self._read(values[first:end], weights[first:end])

    def falls(self) -> bool:
        """Numbers below 0 would raise a sum by leaving it."""
        if self._window.near is not None or self._verb not in ("distinct", "sum"):
            return False
        return self._verb == "distinct" or min(self._columns.values, default=0) >= 0


class Edge(Occurrences):
    """The first or last value; of those at one time the smallest is the first, the greatest the last."""

    __slots__ = ("_choose", "_edge")

    def __init__(self, columns: Columns, window: Window, verb: str) -> None:
        super().__init__(columns, window)
        self._edge, self._choose = (0, min) if verb == "first" else (-1, max)

    def value(self, now: int) -> Value:
        times, values, _ = self._columns
        first, end = self._window.bounds(times, now)
        if first >= end:
            return None
        at = times[first:end][self._edge]
        return plain(
            self._choose(
                v for t, v in zip(times[first:end], values[first:end], strict=True) if t == at
            )
        )

    def falls(self) -> bool:
        return False


class Ratio:
    """One figure divided by another; missing where that is nothing or 0."""

    __slots__ = ("_over", "_under")

    def __init__(self, over: Figure, under: Figure) -> None:
        self._over = over
        self._under = under

    def value(self, now: int) -> Value:
        over, under = self._over.value(now), self._under.value(now)
        return over / under if _number(over) and _number(under) and under else None

    def changes(self, now: int, most: int) -> list[int]:
        return sorted({*self._over.changes(now, most), *self._under.changes(now, most)})[:most]

    def falls(self) -> bool:
        return False


def _number(value: Value) -> TypeGuard[int | float]:
    return type(value) in (int, float)


def plain(text: str) -> Value:
    value: Value = _decode(text)
    return value


def mean(total: int, count: int) -> Value:
    """``total`` is in millionths."""
    if not count:
        return None
    whole, rest = divmod(total, count * MILLION)
    return total / (count * MILLION) if rest else whole


def commonest(counts: Mapping[str, int]) -> Value:
    if not counts:
        return None
    return plain(min(counts, key=lambda value: (-counts[value], value)))


def _total(values: Sequence[int], weights: Sequence[int]) -> int:
    return sum(map(mul, values, weights)) if weights else sum(values)


def _counts(values: Sequence[str], weights: Sequence[int]) -> Mapping[str, int]:
    counts = Counter(values) if not weights else Counter[str]()
    for value, weight in zip(values, weights, strict=False):
        counts[value] += weight
    return counts


WHOLE: dict[str, Callable[[Any], Value]] = {
    "sum": lambda held: amount(held[1]),
    "avg": lambda held: mean(held[1], held[0]),
    "min": amount,
    "max": amount,
    "first": lambda held: plain(held[1]),
    "last": lambda held: plain(held[1]),
    "distinct": distinct,
    "most_frequent": commonest,
}
"""What each verb reads from its measure over all time."""

_SLIDING: dict[str, Callable[[Sequence[Any], Sequence[int]], Value]] = {
    "sum": lambda values, weights: amount(_total(values, weights)),
    "avg": lambda values, weights: mean(_total(values, weights), sum(weights) or len(values)),
    "min": lambda values, _weights: amount(min(values)) if values else None,
    "max": lambda values, _weights: amount(max(values)) if values else None,
    "distinct": lambda values, _weights: len(set(values)),
    "most_frequent": lambda values, weights: commonest(_counts(values, weights)),
}
