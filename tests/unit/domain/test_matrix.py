"""The matrix: what a grade is told to, by conditions, templates and reasons."""

from typing import Any

import msgspec

from engine.domain.rulebooks.since import dated
from engine.domain.scores.matrix import Matrix
from engine.domain.surveys.why import why
from tests.unit.domain import builders as build
from tests.unit.domain.builders import HOUR, Life, reachable, score, segment, send

HEAT = score("heat", {"event": "Ate", "points": 8}, half_life="1h")
FIT = score("fit", {"attribute": "role", "is": "chef", "points": 5})
BEST = segment("best", grade=["A1", "B1"])


def matrix(best: float = 6) -> Matrix:
    return msgspec.convert(
        {
            "letter": {"score": "heat", "grades": {"A": best, "B": 2}},
            "digit": {"score": "fit", "grades": {"1": 5}},
        },
        Matrix,
    )


def living(*parts: Any) -> Life:
    return reachable(HEAT, FIT, BEST, *parts, matrix=matrix())


def test_a_grade_is_left_at_the_exact_instant() -> None:
    ada = living()
    ada.tells(role="chef")
    ada.does("Ate")
    assert "best" in ada.contact.segments
    found = why(ada.contact, "best", ada.book, ada.now)
    assert found["because"][0]["saw"] == "A1"
    assert found["because"][0]["asks"] == "grade is one of A1, B1"
    ada.passes("1d")
    assert ada.said("segment_left") == [("best", 2 * HOUR + 1)]


def test_a_template_names_the_grade_as_it_is_when_it_is_sent() -> None:
    hello = build.template(text="{{ contact.grade }}", variables=("contact.grade",))
    greet = build.scenario("greet", {"event": "Ate"}, send("mail"))
    ada = living(greet, hello)
    ada.does("Ate")
    assert ada.sends[0].variables["contact"]["grade"] == "A2"


def test_who_never_had_a_point_is_graded_at_nothing() -> None:
    ada = living()
    grades = ada.book.grades
    assert grades is not None
    assert grades.of(ada.contact, ada.now) == "C2"


def test_other_bounds_have_every_contact_asked_anew() -> None:
    first = dated(None, build.definitions(HEAT, FIT, BEST, matrix=matrix()), 1)
    second = dated(first, build.definitions(HEAT, FIT, BEST, matrix=matrix(7)), 2)
    assert [levels for name, levels in second.since.items() if name not in first.since] == [
        ((2, 1),)
    ]
