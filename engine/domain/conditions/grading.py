"""Conditions on the grade: whether a contact stands in these cells of the matrix, and until when."""

from collections.abc import Callable
from typing import NamedTuple

from engine.domain.conditions.demand import NO, UNKNOWN, YES, Answer, Demand, Predicate
from engine.domain.conditions.level import doubt, flip_of, points_of
from engine.domain.language.condition import Condition, parts_of
from engine.domain.profile.contact import Contact
from engine.domain.scores.gauge import Standing, gauge_of
from engine.domain.scores.matrix import Axis, Scale, grades_of, scale_of


class _Side(NamedTuple):
    scale: Scale
    unknown: Callable[[Contact, int], bool]


def grading(condition: Condition, demand: Demand) -> Predicate:
    """Raises ValueError where there is no matrix."""
    matrix = demand.matrix
    if matrix is None:
        message = "a condition asks for a grade, and there is no matrix"
        raise ValueError(message)
    asked = {*(condition.grade or ())}
    wanted = {grade for grade in grades_of(matrix) if asked & {grade, grade[:1], grade[1:]}}
    letter, digit = _side(matrix.letter, demand), _side(matrix.digit, demand)

    def holds(contact: Contact, now: int) -> Answer:
        if contact.pending and (letter.unknown(contact, now) or digit.unknown(contact, now)):
            return UNKNOWN
        row, first = _stands(letter.scale, contact, now)
        column, second = _stands(digit.scale, contact, now)
        flips = min(filter(None, (first, second)), default=0)
        if flips:
            return row + column in wanted, flips
        return YES if row + column in wanted else NO

    return holds


def _side(axis: Axis, demand: Demand) -> _Side:
    score = demand.scores[axis.score]
    demand.scored.add(axis.score)
    demand.attributes.add(points_of(axis.score))
    gauge = gauge_of(score)
    return _Side(scale_of(axis, gauge), doubt(score, gauge, demand))


def _stands(scale: Scale, contact: Contact, now: int) -> tuple[str, int]:
    """The grade by one score, and the instant at which time alone changes it, 0 for never."""
    gauge = scale.gauge
    standing = gauge.standing(contact) or Standing(0.0, now)
    held = scale.place(gauge.read(standing, now))
    ahead = scale.bounds[held : held + 1] if standing.value > 0 else scale.bounds[:held][-1:]
    return scale.names[held], flip_of(
        gauge, standing, lambda value: scale.place(value) == held, [*ahead], now
    )


def asks_grade(condition: Condition) -> bool:
    return condition.grade is not None or any(asks_grade(part) for _, part in parts_of(condition))
