"""Styles by name, for dark and light terminals. Nothing is told by colour alone."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.theme import Theme

from tui.draw.line import Line, plain

DARK = {
    "": "#c9d1d9",
    "dim": "#8b949e",
    "title": "bold #c9d1d9",
    "figure": "bold #e6edf3",
    "accent": "#58a6ff",
    "good": "#56d364",
    "warn": "#e3b341",
    "bad": "bold #ff7b72",
    "chart": "#58a6ff",
    "head": "#8b949e on #161b22",
    "cursor": "bold #ffffff on #1f4a7a",
    "bar": "#c9d1d9 on #21262d",
    "bar.dim": "#9da7b3 on #21262d",
    "bar.key": "bold #58a6ff on #21262d",
    "bar.here": "bold #0d1117 on #58a6ff",
    "bar.good": "bold #56d364 on #21262d",
    "bar.warn": "bold #e3b341 on #21262d",
    "bar.bad": "bold #ff7b72 on #21262d",
}
LIGHT = {
    "": "#1f2328",
    "dim": "#59636e",
    "title": "bold #1f2328",
    "figure": "bold #000000",
    "accent": "#0550ae",
    "good": "#116329",
    "warn": "#7d4e00",
    "bad": "bold #a40e26",
    "chart": "#0969da",
    "head": "#59636e on #f0f3f6",
    "cursor": "bold #ffffff on #0550ae",
    "bar": "#1f2328 on #d8dee4",
    "bar.dim": "#424a53 on #d8dee4",
    "bar.key": "bold #0550ae on #d8dee4",
    "bar.here": "bold #ffffff on #0550ae",
    "bar.good": "bold #116329 on #d8dee4",
    "bar.warn": "bold #7d4e00 on #d8dee4",
    "bar.bad": "bold #a40e26 on #d8dee4",
}
THEMES = (
    Theme(
        name="relance",
        primary="#58a6ff",
        warning="#e3b341",
        error="#ff7b72",
        success="#56d364",
        foreground="#c9d1d9",
        background="#0d1117",
        surface="#0d1117",
        panel="#161b22",
        dark=True,
    ),
    Theme(
        name="relance-light",
        primary="#0969da",
        warning="#7d4e00",
        error="#a40e26",
        success="#116329",
        foreground="#1f2328",
        background="#ffffff",
        surface="#ffffff",
        panel="#f0f3f6",
        dark=False,
    ),
)
_STYLES = {
    dark: {name: Style.parse(text) for name, text in palette.items()}
    for dark, palette in ((True, DARK), (False, LIGHT))
}


def painted(line: Line, ground: Style, *, dark: bool, chosen: bool = False) -> Strip:
    """``chosen``: the row under the cursor, one colour from end to end."""
    styles = _STYLES[dark]
    if chosen:
        return Strip([Segment(plain(line), styles["cursor"])])
    return Strip([Segment(text, ground + styles[style]) for text, style in line])
