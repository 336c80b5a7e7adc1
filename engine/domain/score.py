"""Scores: numbers that events raise and time lowers (exponential decay with a half-life)."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.domain.condition import Where
from engine.domain.definition import Definition, Name
from engine.domain.duration import Duration
from engine.domain.event import Event
from engine.domain.receipt import Happening, Of

if TYPE_CHECKING:
    from engine.domain.rulebook import ScorePlan

Scores = dict[str, tuple[float, int]]
"""Value and the instant (ms) that it is reckoned for, by the score's name."""


class ScoreRule(Definition, frozen=True, kw_only=True):
    """Points for an event, or for what becomes of a message; see ``receipt``."""

    event: str | None = None
    points: float
    where: Where | None = None
    message: Happening | None = None
    of: Of | None = None
    bots: bool | None = None


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


def fold_scores(
    scores: Scores,
    event: Event,
    rules: "Iterable[ScorePlan]",
    properties: Callable[[Event], dict[str, Any]],
) -> "list[ScorePlan]":
    """Take an event into the scores; the rules that gave points."""
    gave = []
    for rule in rules:
        if rule.matches is None or rule.matches(properties(event)):
            held = scores.get(rule.score)
            scores[rule.score] = raised(held, rule.points, event.at, rule.half_life)
            gave.append(rule)
    return gave


def join_scores(scores: Scores, others: Scores, half_lives: Mapping[str, int]) -> None:
    """Add another contact's."""
    for score, (value, at) in others.items():
        scores[score] = raised(scores.get(score), value, at, half_lives.get(score, 0))
