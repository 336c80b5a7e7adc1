"""A score is what its events are worth now, whatever the order in which they came."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.score import decayed, raised

raises = st.lists(st.tuples(st.floats(-100, 100), st.integers(0, 10_000)), min_size=1, max_size=10)


@settings(max_examples=200, deadline=None)
@given(raises, st.sampled_from([0, 100, 5_000]))
def test_the_order_of_arrival_does_not_matter(
    given_points: list[tuple[float, int]], half_life: int
) -> None:
    stored = None
    for points, at in given_points:
        stored = raised(stored, points, at, half_life)
    latest = max(at for _points, at in given_points)
    worth = sum(decayed(points, at, latest, half_life) for points, at in given_points)
    assert stored is not None
    assert stored[1] == latest
    assert stored[0] == pytest.approx(worth, abs=1e-6)
