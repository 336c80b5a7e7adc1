"""Measures: what a declared aggregate keeps in a contact's state, as plain values.

Each form says what one event is worth, and how two states become one; so a merged contact has
exactly what one contact with both histories has. Nothing depends on the order in which events came:
of events at the same millisecond ``first`` takes the smallest value and ``last`` the greatest.

Numbers are kept in millionths, as integers, so that amounts add up as they are written; what is
no number, or beyond 10^12, is no value. Other values are kept as their JSON text.
"""

from bisect import bisect_left
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import msgspec

_NUMBERS = (int, float)
_encode = msgspec.json.Encoder().encode

MILLION = 1_000_000
LARGEST = 10**12
TOTAL = 2**63 - 1
LONGEST = 200
"""Characters of a text that are looked at."""
VALUES = 1_000
"""Different values that ``distinct`` counts exactly over all time."""
FREQUENT = 200
"""Different values whose occurrences ``most_frequent`` counts exactly over all time."""


def micros(value: Any) -> int | None:
    """A number in millionths."""
    if type(value) in _NUMBERS and -LARGEST <= value <= LARGEST:
        millionths: int = round(value * MILLION)
        return millionths
    return None


def amount(count: int) -> int | float:
    """Millionths as a number again, whole when it is whole."""
    whole, rest = divmod(count, MILLION)
    return count / MILLION if rest else whole


def token(value: Any) -> str | None:
    """A text, number or truth value as JSON text; None for everything else."""
    if isinstance(value, str):
        value = value[:LONGEST]
    elif isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST:
        value = int(value)
    elif not isinstance(value, (int, float)):
        return None
    return _encode(value).decode()


def _total(left: list[int], right: list[int]) -> list[int]:
    total = left[1] + right[1]
    return [left[0] + right[0], max(-TOTAL, min(TOTAL, total))]


def fingerprint(value: str) -> int:
    return int.from_bytes(blake2b(value.encode(), digest_size=8).digest(), "big")


def _different(left: list[int], right: list[int]) -> list[int]:
    """The smallest fingerprints of both: all of them, up to one more than VALUES."""
    if len(right) == 1:
        place = bisect_left(left, right[0])
        if place > VALUES or (place < len(left) and left[place] == right[0]):
            return left
    return sorted({*left, *right})[: VALUES + 1]


def distinct(held: list[int]) -> int:
    """How many values: beyond VALUES estimated from how dense the smallest fingerprints lie."""
    return len(held) if len(held) <= VALUES else VALUES * 2**64 // (held[VALUES] + 1)


def _occurrences(left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    """Both added; when there are too many values, the rarest makes room and leaves its count behind."""
    added = left.copy()
    for value, count in right.items():
        inherited = 0
        if value not in added and len(added) > FREQUENT:
            rarest = min(added, key=lambda one: (added[one], one))
            inherited = added.pop(rarest)
        added[value] = added.get(value, inherited) + count
    return added


class Form(msgspec.Struct, frozen=True):
    """``one`` makes the state after a single event (event time, stored value); ``join`` adds two."""

    stored: Callable[[Any], Any]
    one: Callable[[int, Any], Any]
    join: Callable[[Any, Any], Any]


def _nothing(_value: Any) -> int:
    """Only when it happened is kept."""
    return 0


ALL_TIME: dict[str, Form] = {
    "sum": Form(micros, lambda _at, value: [1, value], _total),
    "min": Form(micros, lambda _at, value: value, min),
    "max": Form(micros, lambda _at, value: value, max),
    "first": Form(token, lambda at, value: [at, value], min),
    "last": Form(token, lambda at, value: [at, value], max),
    "earliest": Form(_nothing, lambda at, _value: at, min),
    "latest": Form(_nothing, lambda at, _value: at, max),
    "distinct": Form(token, lambda _at, value: [fingerprint(value)], _different),
    "most_frequent": Form(token, lambda _at, value: {value: 1}, _occurrences),
}
"""Forms of constant or bounded size. The average is read from the sum."""

SLIDING: dict[str, Callable[[Any], Any]] = {
    "times": lambda _nothing: None,
    "numbers": micros,
    "values": token,
}
"""Forms that keep a series, and how they store a property: one serves every verb and window over it."""
