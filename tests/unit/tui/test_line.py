"""Lines have the width that was asked for, whatever the text."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.draw.line import clip, fit, plain, width_of, wrapped

texts = st.text(max_size=60) | st.text("東京e\u0301é👩‍👩‍👧\x1b\t\u202f ", max_size=30)
widths = st.integers(0, 50)


@given(texts, widths, st.sampled_from(["left", "right"]))
def test_a_fitted_text_has_exactly_its_width(text: str, width: int, align: str) -> None:
    assert cell_len(fit(text, width, align)) == width


@given(st.lists(texts.map(lambda text: (fit(text, 9), ""))), widths)
def test_a_clipped_line_has_exactly_its_width(pieces: list[tuple[str, str]], width: int) -> None:
    assert width_of(clip(tuple(pieces), width)) == width


@given(texts, widths)
def test_nothing_that_a_terminal_obeys_gets_through(text: str, width: int) -> None:
    shown = fit(text, width)
    assert all(c.isprintable() or c in "\u00a0\u202f" for c in shown)


@given(st.text("ab 東", max_size=80), st.integers(2, 20))
def test_wrapping_loses_no_letter_and_keeps_the_width(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(line) <= width for line in lines)


def test_what_is_cut_shows_that_it_is_cut() -> None:
    assert fit("abandoned_cart", 8) == "abandon…"
    assert plain(clip((("ab", "dim"), ("cd", "")), 3)) == "abc"
