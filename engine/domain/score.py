"""Scores: numbers that events raise and time lowers (exponential decay with a half-life)."""

from engine.domain.condition import Where
from engine.domain.definition import Definition, Name
from engine.domain.duration import Duration


class ScoreRule(Definition, frozen=True, kw_only=True):
    event: str
    points: float
    where: Where | None = None


class Score(Definition, frozen=True, kw_only=True):
    """Without ``half_life`` the score keeps its value."""

    score: Name
    title: str = ""
    half_life: Duration | None = None
    rules: tuple[ScoreRule, ...]


def decayed(value: float, since: int, now: int, half_life: int) -> float:
    """The value after ``now - since`` ms; ``half_life`` 0 means that time does not lower it."""
    if half_life == 0 or now <= since:
        return value
    return float(value * 2.0 ** ((since - now) / half_life))


def raised(
    stored: tuple[float, int] | None, points: float, at: int, half_life: int
) -> tuple[float, int]:
    """(value, instant) after ``points`` were given at ``at``; a late event's points arrive decayed."""
    if stored is None:
        return points, at
    value, since = stored
    if at >= since:
        return decayed(value, since, at, half_life) + points, at
    return value + decayed(points, at, since, half_life), since
