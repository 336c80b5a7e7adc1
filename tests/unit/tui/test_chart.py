"""Charts keep their size and never hide something behind nothing."""

from hypothesis import given
from hypothesis import strategies as st

from tui.draw.chart import area, bar, trend

series = st.lists(st.floats(-5, 1e9), max_size=50)
EMPTY = "⠀"


@given(series, st.integers(0, 30))
def test_a_trend_has_one_cell_a_value_and_the_newest_at_the_right(
    values: list[float], width: int
) -> None:
    drawn = trend(values, width)
    assert len(drawn) == width
    if values and width and values[-1] > 0:
        assert drawn[-1] != " "


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.integers(1, 40))
def test_a_bar_has_its_width_and_shows_what_is_there(value: float, top: float, width: int) -> None:
    drawn = bar(value, top, width)
    assert len(drawn) == width
    assert (drawn.strip() != "") == (value > 0 and top > 0)


@given(series, st.integers(1, 30), st.integers(1, 8))
def test_an_area_fills_its_rectangle_from_the_ground_up(
    values: list[float], width: int, height: int
) -> None:
    lines = area(values, width, height)
    assert [len(line) for line in lines] == [width] * height
    for column in zip(*lines, strict=True):
        filled = [cell != EMPTY for cell in column]
        assert filled == sorted(filled), "no hole under something"


def test_the_highest_value_reaches_the_top() -> None:
    assert area([1, 4], 1, 1) == ["⣸"]
    assert trend([1, 8], 2) == "▁█"
    assert bar(1, 2, 4) == "██  "
