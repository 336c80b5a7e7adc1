"""Series: (event time, value) pairs, for what is asked about a sliding window.

A series is three columns: times ascending, values (none when only times count), and weights (none
while every pair is one event). Numbers are packed, eight bytes each, so that a long column costs no
more than a short one when a contact is read, copied and written.

Beyond MOST pairs the older half is put together by the hour, or by two, four, eight hours when that
does not make room; from then on there are weights, and what is read is approximate.
"""

from array import array
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Sequence
from itertools import groupby, repeat
from operator import itemgetter
from struct import Struct
from typing import Any, NamedTuple

from engine.domain.duration import HOUR

MOST = 1_000

Series = list[Any]
"""As it lies in the contact's state."""
Pair = tuple[int, Any, int]
"""Event time, value (None when only times count), weight."""

_time = itemgetter(0)
_number = Struct("q")
_ONE = _number.pack(1)
EMPTY: Series = [b"", b"", b""]


class Columns(NamedTuple):
    """A series opened: its columns, as long as one another or empty."""

    times: Sequence[int]
    values: Sequence[Any]
    weights: Sequence[int]


def opened(series: Series) -> Columns:
    times, values, weights = series
    return Columns(_column(times), _column(values), _column(weights))


def added(series: Series | None, at: int, value: Any, since: int) -> Series | None:
    """With one more pair, without those at or before ``since``: no window reaches them any more."""
    if at <= since:
        return series
    if series is None:
        return _packed([(at, value, 1)], weighed=False)
    times, weights = _column(series[0]), series[2]
    start = bisect_right(times, since)
    if len(times) - start < MOST and (start == len(times) or times[-1] <= at):
        cut = start * _number.size
        return [
            series[0][cut:] + _number.pack(at),
            _appended(series[1], start, value),
            weights and weights[cut:] + _ONE,
        ]
    pairs = _pairs(series)[start:]
    insort(pairs, (at, value, 1), key=_time)
    return _fitting(pairs, weighed=bool(weights))


def joined(left: Series, right: Series, since: int) -> Series:
    """All pairs of both that some window may still reach."""
    both = sorted([*_pairs(left), *_pairs(right)], key=_time)
    weighed = approximate(left) or approximate(right)
    return _fitting(both[bisect_right(both, since, key=_time) :], weighed=weighed)


def approximate(series: Series) -> bool:
    return bool(series[2])


def _appended(column: Any, start: int, value: Any) -> Any:
    """A column of values from ``start`` on, and one more."""
    if value is None:
        return column
    if isinstance(column, bytes):
        return column[start * _number.size :] + _number.pack(value)
    return [*column[start:], value]


def _fitting(pairs: list[Pair], *, weighed: bool) -> Series:
    if len(pairs) > MOST:
        return _packed(_condensed(pairs), weighed=True)
    return _packed(pairs, weighed=weighed)


def _condensed(pairs: list[Pair]) -> list[Pair]:
    """The older half in at most a quarter of the room."""
    half = len(pairs) - MOST // 2
    old, width = pairs[:half], HOUR
    length = pairs[-1][0] - pairs[0][0]
    together = _together(old, width)
    while len(together) > MOST // 4 and width <= length:
        width *= 2
        together = _together(old, width)
    if len(together) > MOST // 4:
        heaviest = sorted(together, key=lambda pair: -pair[2])
        together = sorted(heaviest[: MOST // 4])
    return [*together, *pairs[half:]]


def _together(pairs: list[Pair], width: int) -> list[Pair]:
    """What happened within ``width`` ms as if at its beginning."""
    slots = groupby(pairs, key=lambda pair: pair[0] - pair[0] % width)
    return sorted(
        (start, value, weight)
        for start, group in slots
        for value, weight in _compact([(value, weight) for _, value, weight in group])
    )


def _compact(weighed: list[tuple[Any, int]]) -> list[tuple[Any, int]]:
    """Equal values once. Numbers as their smallest, their greatest, and the mean of the others."""
    counts: Counter[Any] = Counter()
    for value, weight in weighed:
        counts[value] += weight
    if len(counts) <= 3 or not all(isinstance(value, int) for value in counts):  # noqa: PLR2004 - as many as are left of more
        return [*counts.items()]
    low, high = min(counts), max(counts)
    rest = {value: weight for value, weight in counts.items() if value not in (low, high)}
    weight = sum(rest.values())
    mean = round(sum(value * one for value, one in rest.items()) / weight)
    return [(low, counts[low]), (mean, weight), (high, counts[high])]


def _column(column: Any) -> Any:
    return memoryview(column).cast("q") if column and isinstance(column, bytes) else column


def _pairs(series: Series) -> list[Pair]:
    times, values, weights = opened(series)
    return list(zip(times, values or repeat(None), weights or repeat(1), strict=False))


def _packed(pairs: list[Pair], *, weighed: bool) -> Series:
    if not pairs:
        return EMPTY
    times, values, weights = zip(*pairs, strict=True)
    column = b"" if values[0] is None else list(values)
    if isinstance(values[0], int):
        column = _integers(values)
    return [_integers(times), column, _integers(weights) if weighed else b""]


def _integers(column: Sequence[int]) -> bytes:
    return array("q", column).tobytes()
