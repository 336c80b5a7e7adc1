"""The matrix: two scores graded together, so that each contact has one grade, from A1 on."""

from typing import NamedTuple

from engine.domain.definition import Definition, Name
from engine.domain.scores.gauge import Gauge, Holder

MOST = 8
"""Bounds of an axis: one grade more than these."""


class Axis(Definition, frozen=True, kw_only=True):
    """Grades from the best on, each from its bound; what is below all of them is the grade after the last."""

    score: Name
    grades: dict[str, float]


class Matrix(Definition, frozen=True, kw_only=True):
    """A contact's letter is by one score, its digit by another."""

    title: str = ""
    letter: Axis
    digit: Axis


def names_of(axis: Axis) -> tuple[str, ...]:
    """From the best to the worst, which is not written."""
    last = max(axis.grades, default="")[-1:] or "@"
    return (*sorted(axis.grades), chr(ord(last) + 1))


def grades_of(matrix: Matrix) -> list[str]:
    """Row by row."""
    digits = names_of(matrix.digit)
    return [letter + digit for letter in names_of(matrix.letter) for digit in digits]


class Scale(NamedTuple):
    """An axis compiled: the score's gauge, ``bounds`` from the highest, one name more than these."""

    gauge: Gauge
    bounds: tuple[float, ...]
    names: tuple[str, ...]

    def place(self, value: float) -> int:
        """Of a value's grade among the names."""
        return sum(value < bound for bound in self.bounds)


class Grades(NamedTuple):
    letter: Scale
    digit: Scale

    def of(self, contact: Holder, now: int) -> str:
        """A contact's grade; a score that never got a point is 0."""
        return "".join(scale.names[scale.place(scale.gauge.of(contact, now))] for scale in self)


def scale_of(axis: Axis, gauge: Gauge) -> Scale:
    return Scale(gauge, tuple(bound for _, bound in sorted(axis.grades.items())), names_of(axis))


def graded(matrix: Matrix | None, gauges: dict[str, Gauge]) -> Grades | None:
    """Raises KeyError for a score that there is not."""
    if matrix is None:
        return None
    letter, digit = (scale_of(axis, gauges[axis.score]) for axis in (matrix.letter, matrix.digit))
    return Grades(letter, digit)
