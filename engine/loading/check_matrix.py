"""What a struct's types cannot say about the matrix, and about conditions on its grades."""

from collections.abc import Collection, Mapping

from engine.domain.language.condition import Condition
from engine.domain.scores.matrix import MOST, Axis, Matrix
from engine.loading.nearest import meant
from engine.loading.shape import Problems
from engine.loading.yaml_file import Place

_FIRST = {"letter": "A", "digit": "1"}


def matrix_problems(matrix: Matrix, scores: Collection[str]) -> Problems:
    for key, first in _FIRST.items():
        axis: Axis = getattr(matrix, key)
        if axis.score not in scores:
            yield (key, "score"), f"there is no score {axis.score}; {meant(axis.score, scores)}"
        yield from _axis_problems(axis, (key, "grades"), first)
    if matrix.letter.score == matrix.digit.score:
        yield ("digit", "score"), f"{matrix.digit.score} is the letter already; name another score"


def _axis_problems(axis: Axis, place: Place, first: str) -> Problems:
    """Grades stand in their order, from the best on, so that the one below them all is known."""
    if not 0 < len(axis.grades) <= MOST:
        yield place, f"needs 1 to {MOST} bounds, has {len(axis.grades)}"
        return
    before: float | None = None
    for at, (name, bound) in enumerate(axis.grades.items()):
        meant_ = chr(ord(first) + at)
        if name != meant_:
            second = chr(ord(first) + 1)
            yield (*place, name), f"is where {meant_} belongs: grades go {first}, {second} and on"
            return
        if before is not None and bound >= before:
            yield (
                (*place, name),
                f"{bound:g} is not below {before:g}, the bound of the better grade",
            )
        before = bound


def grade_problems(
    condition: Condition, place: Place, names: Mapping[str, Collection[str]]
) -> Problems:
    if not condition.grade:
        yield (*place, "grade"), "needs at least one grade"
        return
    known = names.get("grade")
    if known is not None and not known:
        yield (*place, "grade"), "there is no matrix; scoring.yaml has none"
        return
    for at, grade in enumerate(condition.grade):
        if known is not None and grade not in known:
            near = meant(grade, [one for one in known if len(one) == len(grade)])
            yield (*place, "grade", at), f"there is no grade {grade}; {near}"
