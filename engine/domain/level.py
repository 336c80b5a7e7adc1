"""Conditions on a score: how it compares now, and the instant at which its decay changes that."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from operator import le, lt

from engine.domain.comparison import comparison
from engine.domain.condition import Comparison, Condition, comparison_of
from engine.domain.contact import Contact
from engine.domain.counted import score_of
from engine.domain.demand import UNKNOWN, Answer, Demand, Predicate
from engine.domain.duration import DAY, milliseconds
from engine.domain.score import Score, decayed

LATEST = 230 * 365 * DAY
"""An instant (in the year 2199): what flips later does not flip."""
HALVINGS = 1_100
"""Half-lives after which nothing is left of any number."""


def scored(condition: Condition, demand: Demand) -> Predicate:
    """A score that never got a point is 0."""
    name = str(condition.score)
    score = demand.scores.get(name, Score(score=name, rules=()))
    demand.scored.add(name)
    demand.attributes.add(points_of(name))
    half_life = milliseconds(score.half_life) if score.half_life else 0
    wanted, waits = comparison_of(condition), score_of(score)
    fits, bounds = comparison(wanted), sorted(set(_bounds(wanted)))

    def holds(contact: Contact, now: int) -> Answer:
        if contact.pending and waits in contact.pending:
            return UNKNOWN
        value, since = contact.scores.get(name, (0.0, now))

        def at(instant: int) -> float:
            return decayed(value, since, instant, half_life)

        yes = fits(at(now))
        if not value or not half_life:
            return yes, 0
        end = since + HALVINGS * half_life
        crossed = sorted(
            flip for bound in bounds for under in (lt, le)
            if (flip := _crossing(at, bound, under, now, end))
        )  # fmt: skip
        return yes, next((flip for flip in crossed if fits(at(flip)) is not yes), 0)

    return holds


def points_of(score: str) -> str:
    """Stands for points that a score gets otherwise than by events, among the names that conditions read."""
    return f"\0score/{score}"


def value_of(contact: Contact, score: Score, now: int) -> float:
    """What a score is worth at an instant."""
    value, since = contact.scores.get(score.score, (0.0, now))
    return decayed(value, since, now, milliseconds(score.half_life) if score.half_life else 0)


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
