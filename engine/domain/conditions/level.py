"""Conditions on a score: how it compares now, and the instant at which time alone changes that."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from operator import le, lt

from engine.domain.comparison import comparison
from engine.domain.conditions.counted import score_of
from engine.domain.conditions.demand import UNKNOWN, Answer, Demand, Predicate
from engine.domain.duration import DAY
from engine.domain.language.condition import Comparison, Condition, comparison_of
from engine.domain.profile.contact import Contact
from engine.domain.scores.gauge import Gauge, Standing, gauge_of
from engine.domain.scores.grid import cell_of, start_of
from engine.domain.scores.score import Score
from engine.domain.scores.wear import last_of

LATEST = 230 * 365 * DAY
"""An instant (in the year 2199): what flips later does not flip."""
HALVINGS = 1_100
"""Half-lives after which nothing is left of any number."""

Fits = Callable[[float], bool]


def scored(condition: Condition, demand: Demand) -> Predicate:
    """A score that never got a point is 0."""
    name = str(condition.score)
    score = demand.scores.get(name, Score(score=name, rules=()))
    demand.scored.add(name)
    demand.attributes.add(points_of(name))
    gauge, wanted = gauge_of(score), comparison_of(condition)
    fits, bounds = comparison(wanted), sorted(set(_bounds(wanted)))
    unknown = doubt(score, gauge, demand)

    def holds(contact: Contact, now: int) -> Answer:
        if contact.pending and unknown(contact, now):
            return UNKNOWN
        standing = gauge.standing(contact) or Standing(0.0, now)
        return fits(gauge.read(standing, now)), flip_of(gauge, standing, fits, bounds, now)

    return holds


def points_of(score: str) -> str:
    """Stands for points that a score gets otherwise than by events, among the names that conditions read."""
    return f"\0score/{score}"


def doubt(score: Score, gauge: Gauge, demand: Demand) -> Callable[[Contact, int], bool]:
    """Whether what the score is made of is being rebuilt."""
    waits, members = score_of(score), demand.members

    def unknown(contact: Contact, now: int) -> bool:
        if waits in contact.pending:
            return True
        return any(k in members and members[k](contact, now)[0] is None for k in gauge.shifts)

    return unknown


def flip_of(gauge: Gauge, standing: Standing, fits: Fits, bounds: list[float], now: int) -> int:
    """The first instant after ``now`` at which ``fits`` answers otherwise, 0 for never."""
    decay = gauge.decay
    if decay.every:
        return _step(gauge, standing, fits, now)
    if not standing.value or not decay.half_life:
        return 0

    def at(instant: int) -> float:
        return gauge.read(standing, instant)

    yes, end = fits(at(now)), standing.at + HALVINGS * decay.half_life
    crossed = sorted(
        flip for bound in bounds for under in (lt, le)
        if (flip := _crossing(at, bound, under, now, end))
    )  # fmt: skip
    return next((flip for flip in crossed if fits(at(flip)) is not yes), 0)


def _step(gauge: Gauge, standing: Standing, fits: Fits, now: int) -> int:
    """Points wear off at the instants of a grid, and until nothing is left."""
    every = gauge.decay.every
    yes = fits(gauge.read(standing, now))
    for cell in range(cell_of(now, every) + 1, last_of(standing.ends) + 1):
        instant = start_of(cell, every)
        if fits(gauge.read(standing, instant)) is not yes:
            return instant
    return 0


def _crossing(
    at: Callable[[int], float],
    bound: float,
    under: Callable[[float, float], bool],
    now: int,
    end: int,
) -> int:
    """The first instant at which ``under`` answers otherwise than now, 0 for never: decay has one way."""
    before = under(at(now), bound)
    ahead = range(now + 1, min(end, LATEST))
    place = bisect_left(ahead, True, key=lambda instant: under(at(instant), bound) is not before)
    return ahead[place] if place < len(ahead) else 0


def _bounds(wanted: Comparison) -> Iterator[float]:
    """The numbers that an answer may change at."""
    named = (wanted.over, wanted.under, wanted.at_least, wanted.at_most, wanted.is_, wanted.is_not)
    for number in (*named, *(wanted.between or ()), *(wanted.in_ or ())):
        if isinstance(number, int | float) and not isinstance(number, bool):
            yield number
