"""Random scores of every kind, small enough that all of it happens within milliseconds."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from engine.domain.scores.matrix import Matrix
from tests.property.deeds import names, windows
from tests.unit.domain import builders as build

points = st.integers(-5, 20).filter(bool)
limits: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {}, {"once": True}, {"cap": 40}, {"cap": 40, "per": "20ms"}]
)
decays: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.builds(lambda half: {"half_life": half}, windows),
    st.builds(
        lambda every: {"linear": {"points": 1, "every": every}}, st.sampled_from(["3ms", "8ms"])
    ),
)
bounds: st.SearchStrategy[dict[str, Any]] = st.sampled_from([{}, {}, {"min": 0}, {"max": 12}])


@st.composite
def written_scores(draw: st.DrawFn, shifts: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """Of every kind, as written in YAML but for its name; ``shifts`` are what rules may ask."""
    given_ = st.builds(lambda e, p, more: {"event": e, "points": p, **more}, names, points, limits)
    upheld = st.builds(lambda asked, p: {"if": asked, "points": p}, shifts, points)
    halved = st.builds(
        lambda asked, by: {"if": asked, "factor": by}, shifts, st.sampled_from([0, 0.5, 2])
    )
    rules = draw(st.lists(st.one_of(given_, given_, upheld, halved), min_size=1, max_size=4))
    return {"rules": rules, **draw(decays), **draw(bounds)}


def scores(shifts: st.SearchStrategy[dict[str, Any]], name: str = "heat") -> st.SearchStrategy[Any]:
    return written_scores(shifts).map(
        lambda written: build.score(name, *written.pop("rules"), **written)
    )


def matrix_of(letter: str, digit: str) -> Matrix:
    """Of two scores, with bounds that both come past."""
    plain = {
        "letter": {"score": letter, "grades": {"A": 8, "B": 0.5}},
        "digit": {"score": digit, "grades": {"1": 2}},
    }
    return msgspec.convert(plain, Matrix)


graded = st.sampled_from([{"grade": ["A1", "B2"]}, {"grade": ["A"]}, {"grade": ["2", "B1"]}])
"""Questions about where a contact stands in it."""
