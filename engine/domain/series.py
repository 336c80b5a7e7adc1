"""Series: (event time, value) pairs, for what is asked about a sliding window.

A series is three lists: times ascending, values (none when only times count), and weights (none while
every pair is one event). Pairs of one time are in order of their values, so that the same events
give the same series in whatever order they came.

Beyond MOST pairs the older half is put together by the hour, or by two, four, eight hours when that
does not make room; from then on there are weights, and what is read is approximate.
"""

from bisect import bisect_right
from collections import Counter
from itertools import groupby
from typing import Any

MOST = 1_000
HOUR = 3_600_000

Series = list[list[Any]]
Pair = tuple[int, Any, int]
"""Event time, value (None when only times count), weight."""


def added(series: Series | None, at: int, value: Any, since: int) -> Series | None:
    """With one more pair, without those at or before ``since``: no window reaches them any more.

    Most come last, are exact and push none out: those take a short way.
    """
    if at <= since:
        return series
    if series is None:
        return [[at], [] if value is None else [value], []]
    times, values, weights = series
    if not weights and times and times[0] > since and times[-1] < at and len(times) < MOST:
        return [[*times, at], values if value is None else [*values, value], weights]
    start = bisect_right(times, since) if times and times[0] <= since else 0
    times, values, weights = times[start:], values[start:], weights[start:]
    place = bisect_right(times, at) if times and times[-1] >= at else len(times)
    while values and place and times[place - 1] == at and values[place - 1] > value:
        place -= 1
    times.insert(place, at)
    if value is not None:
        values.insert(place, value)
    if weights:
        weights.insert(place, 1)
    grown = [times, values, weights]
    return grown if len(times) <= MOST else condensed(grown)


def joined(left: Series, right: Series, since: int) -> Series:
    """All pairs of both that some window may still reach."""
    both = sorted(pair for pair in [*_pairs(left), *_pairs(right)] if pair[0] > since)
    grown = _series(both)
    return grown if len(both) <= MOST else condensed(grown)


def approximate(series: Series) -> bool:
    return bool(series[2])


def condensed(series: Series) -> Series:
    """The older half in at most a quarter of the room."""
    pairs = _pairs(series)
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
    times, values, weights = _series([*together, *pairs[half:]])
    return [times, values, weights or [1] * len(times)]


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


def _pairs(series: Series) -> list[Pair]:
    times, values, weights = series
    plain = values or [None] * len(times)
    return list(zip(times, plain, weights or [1] * len(times), strict=True))


def _series(pairs: list[Pair]) -> Series:
    weights = [weight for _, _, weight in pairs]
    return [
        [at for at, _, _ in pairs],
        [value for _, value, _ in pairs if value is not None],
        weights if any(weight > 1 for weight in weights) else [],
    ]
