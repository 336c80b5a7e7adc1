"""Readings: declared aggregates compiled; each tells its value for one contact at one instant."""

from collections import Counter
from collections.abc import Callable, Iterable, MutableMapping
from operator import mul
from typing import Any, TypeGuard

import msgspec

from engine.domain import series
from engine.domain.aggregate import Aggregate, aggregate_id
from engine.domain.asked import Reading, Timeless, Value
from engine.domain.contact import Contact
from engine.domain.declared import DeclaredAggregate, event_of, verb_of
from engine.domain.measure import FREQUENT, MILLION, VALUES, amount, distinct
from engine.domain.predicate import matcher
from engine.domain.series import Series
from engine.domain.window import Window, window_of

NUMBERS = ("sum", "avg", "min", "max")
NO_PAIRS: Series = [[], [], []]


class Counted(Timeless):
    """Occurrences over all time."""

    def __init__(self, aggregate: Aggregate) -> None:
        self.aggregates = (aggregate,)

    def value(self, contact: Contact, now: int) -> Value:  # noqa: ARG002 - time changes nothing
        return contact.counts.get(self.aggregates[0].id, 0)


class Whole(Timeless):
    """A measure over all time."""

    def __init__(self, aggregate: Aggregate, verb: str) -> None:
        self.aggregates = (aggregate,)
        self._number = aggregate.id
        self._read = _WHOLE[verb]
        self._nothing = 0 if verb in ("sum", "distinct") else None
        self._room = {"distinct": VALUES, "most_frequent": FREQUENT}.get(verb, 0)

    def value(self, contact: Contact, now: int) -> Value:  # noqa: ARG002 - time changes nothing
        held = contact.measures.get(self._number)
        return self._nothing if held is None else self._read(held)

    def approximate(self, contact: Contact) -> bool:
        return self._room > 0 and len(contact.measures.get(self._number, ())) > self._room


class Occurrences:
    """How many times a series has within a window."""

    def __init__(self, aggregate: Aggregate, window: Window) -> None:
        self.aggregates = (aggregate,)
        self._number = aggregate.id
        self._window = window

    def _series(self, contact: Contact) -> Series:
        return contact.measures.get(self._number) or NO_PAIRS

    def value(self, contact: Contact, now: int) -> Value:
        times, _, weights = self._series(contact)
        first, end = self._window.bounds(times, now)
        return sum(weights[first:end]) if weights else max(end - first, 0)

    def changes(self, contact: Contact, now: int, most: int) -> list[int]:
        return self._window.changes(self._series(contact)[0], now, most)

    def falls(self, contact: Contact) -> bool:  # noqa: ARG002 - one shape for all readings
        return self._window.near is None

    def approximate(self, contact: Contact) -> bool:
        return series.approximate(self._series(contact))


class Sliding(Occurrences):
    """A verb over the values that a series has within a window."""

    def __init__(self, aggregate: Aggregate, window: Window, verb: str) -> None:
        super().__init__(aggregate, window)
        self._verb = verb
        self._read = _SLIDING[verb]

    def value(self, contact: Contact, now: int) -> Value:
        times, values, weights = self._series(contact)
        first, end = self._window.bounds(times, now)
        return self._read(values[first:end], weights[first:end])

    def falls(self, contact: Contact) -> bool:
        """Numbers below 0 would raise a sum by leaving it."""
        if self._window.near is not None or self._verb not in ("distinct", "sum"):
            return False
        return self._verb == "distinct" or min(self._series(contact)[1], default=0) >= 0


class Ratio:
    """One reading divided by another; missing where that is nothing or 0."""

    def __init__(self, over: Reading, under: Reading) -> None:
        self.aggregates = (*over.aggregates, *under.aggregates)
        self._over = over
        self._under = under

    def value(self, contact: Contact, now: int) -> Value:
        over, under = self._over.value(contact, now), self._under.value(contact, now)
        return over / under if _number(over) and _number(under) and under else None

    def changes(self, contact: Contact, now: int, most: int) -> list[int]:
        over = self._over.changes(contact, now, most)
        return sorted({*over, *self._under.changes(contact, now, most)})[:most]

    def falls(self, contact: Contact) -> bool:  # noqa: ARG002 - never known
        return False

    def approximate(self, contact: Contact) -> bool:
        return self._over.approximate(contact) or self._under.approximate(contact)


def readings(
    declared: Iterable[DeclaredAggregate], kept: MutableMapping[int, Aggregate]
) -> dict[str, Reading]:
    """Every declared aggregate by its name; what it reads is added to ``kept``."""
    written = {one.aggregate: one for one in declared}
    found: dict[str, Reading] = {}

    def visit(name: str) -> Reading:
        if name not in found:
            found[name] = Timeless()  # what a circle would find
            if name in written:
                found[name] = read(written[name])
        return found[name]

    def read(one: DeclaredAggregate) -> Reading:
        if one.ratio is not None:
            return Ratio(*map(visit, one.ratio))
        return _reading(one, kept)

    return {name: visit(name) for name in written}


def _reading(declared: DeclaredAggregate, kept: MutableMapping[int, Aggregate]) -> Reading:
    verb, window, event = verb_of(declared), window_of(declared), event_of(declared)
    if verb is None:
        return Timeless()
    if verb == "count" and window is None:
        asked = _kept(kept, event, declared)
        asked.counted = True
        return Counted(asked)
    measured = str(getattr(declared, verb)) if verb != "count" else ""
    form = _series_form(verb) if window else {"avg": "sum"}.get(verb, verb)
    asked = _kept(kept, event, declared, form, measured)
    asked.form, asked.path = form, tuple(measured.split(".")) if measured else ()
    if window is None:
        return Whole(asked, verb)
    asked.span = max(asked.span, window.far)
    return Occurrences(asked, window) if verb == "count" else Sliding(asked, window, verb)


def _kept(
    kept: MutableMapping[int, Aggregate], event: str, declared: DeclaredAggregate, *measured: str
) -> Aggregate:
    number = aggregate_id(event, declared.where, *measured)
    return kept.setdefault(number, Aggregate(number, event, matcher(declared.where)))


def _series_form(verb: str) -> str:
    if verb == "count":
        return "times"
    return "numbers" if verb in NUMBERS else "values"


def _number(value: Value) -> TypeGuard[int | float]:
    return type(value) in (int, float)


def _plain(text: str) -> Value:
    value: Value = msgspec.json.decode(text)
    return value


def _mean(total: int, count: int) -> Value:
    """``total`` is in millionths."""
    if not count:
        return None
    whole, rest = divmod(total, count * MILLION)
    return total / (count * MILLION) if rest else whole


def _commonest(counts: dict[str, int]) -> Value:
    if not counts:
        return None
    return _plain(min(counts, key=lambda value: (-counts[value], value)))


def _total(values: list[int], weights: list[int]) -> int:
    return sum(map(mul, values, weights)) if weights else sum(values)


def _counts(values: list[str], weights: list[int]) -> dict[str, int]:
    counts = Counter(values) if not weights else Counter[str]()
    for value, weight in zip(values, weights, strict=False):
        counts[value] += weight
    return counts


_WHOLE: dict[str, Callable[[Any], Value]] = {
    "sum": lambda held: amount(held[1]),
    "avg": lambda held: _mean(held[1], held[0]),
    "min": amount,
    "max": amount,
    "first": lambda held: _plain(held[1]),
    "last": lambda held: _plain(held[1]),
    "distinct": distinct,
    "most_frequent": _commonest,
}

_SLIDING: dict[str, Callable[[list[Any], list[int]], Value]] = {
    "sum": lambda values, weights: amount(_total(values, weights)),
    "avg": lambda values, weights: _mean(_total(values, weights), sum(weights) or len(values)),
    "min": lambda values, _weights: amount(min(values)) if values else None,
    "max": lambda values, _weights: amount(max(values)) if values else None,
    "first": lambda values, _weights: _plain(values[0]) if values else None,
    "last": lambda values, _weights: _plain(values[-1]) if values else None,
    "distinct": lambda values, _weights: len(set(values)),
    "most_frequent": lambda values, weights: _commonest(_counts(values, weights)),
}
