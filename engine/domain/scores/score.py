"""Scores: numbers that events raise, that conditions shift as long as they hold, and that time lowers."""

import re
from typing import NamedTuple

import msgspec

from engine.domain.definition import Definition, Name
from engine.domain.duration import Duration, milliseconds
from engine.domain.language.condition import Comparison, Condition, Path, Where, question_of
from engine.domain.language.receipt import Happening, Of, event_of

LONGEST_ID = 48


class Linear(Definition, frozen=True, kw_only=True):
    """Of whatever was given, ``points`` go at each instant of a grid that all contacts share."""

    points: float
    every: Duration


class ScoreRule(Comparison, frozen=True, kw_only=True):
    """Points for each event (or what becomes of a message), or as long as a condition holds.

    ``factor`` is on what events gave. ``cap`` points at most come of a rule, in each ``per`` of the grid;
    ``once`` is one event's.
    """

    id: Name | None = None
    event: str | None = None
    points: float | None = None
    where: Where | None = None
    message: Happening | None = None
    of: Of | None = None
    bots: bool | None = None
    cap: float | None = None
    per: Duration | None = None
    once: bool | None = None
    if_: Condition | None = msgspec.field(name="if", default=None)
    attribute: Path | None = None
    factor: float | None = None


class Score(Definition, frozen=True, kw_only=True):
    """Without ``half_life`` and ``linear`` what events gave stays. ``min`` and ``max`` bound what is read."""

    score: Name
    title: str = ""
    half_life: Duration | None = None
    linear: Linear | None = None
    min: float | None = None
    max: float | None = None
    rules: tuple[ScoreRule, ...]


class Decay(NamedTuple):
    """How time lowers what events gave: by half every ``half_life`` ms, or ``step`` points ``every`` ms."""

    half_life: int = 0
    step: float = 0.0
    every: int = 0


def decay_of(score: Score) -> Decay:
    if score.linear is not None:
        return Decay(step=score.linear.points, every=milliseconds(score.linear.every))
    return Decay(milliseconds(score.half_life) if score.half_life else 0)


def asked_by(rule: ScoreRule) -> Condition | None:
    """The condition whose points count as long as it holds; None for a rule on events."""
    if rule.attribute is None:
        return rule.if_
    plain = {name: getattr(rule, name) for name in Comparison.__struct_fields__}
    return Condition(attribute=rule.attribute, **plain)


def rules_of(score: Score) -> dict[str, ScoreRule]:
    """By ``score/id``: the id that is written, else one made of what the rule asks."""
    found: dict[str, ScoreRule] = {}
    for rule in score.rules:
        name, number = rule.id or _slug(rule), 2
        key = f"{score.score}/{name}"
        while key in found:
            key, number = f"{score.score}/{name}_{number}", number + 1
        found[key] = rule
    return found


def _slug(rule: ScoreRule) -> str:
    condition = asked_by(rule)
    words = _asked(condition) if condition is not None else event_of(rule)
    return re.sub(r"[^a-z0-9]+", "_", words.lower())[:LONGEST_ID].strip("_") or "rule"


def _asked(condition: Condition) -> str:
    question = str(question_of(condition))
    asked = getattr(condition, question, None)
    return f"{question} {asked}" if isinstance(asked, str) else question


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
