"""Charts from characters: one-line trends, bars, and areas in braille. Series in, text out."""

from collections.abc import Sequence

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_WIDE = " ▏▎▍▌▋▊▉█"
_LEFT, _RIGHT = (0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08)
"""Dots of a braille cell from the bottom up (Unicode 2800, dots 7-3-2-1 and 8-6-5-4)."""


def trend(series: Sequence[float], width: int) -> str:
    """The newest values, one a cell, against the highest of them; short series stand at the right."""
    shown = list(series)[-width:] if width > 0 else []
    top = max(shown, default=0.0)
    bars = "".join(_EIGHTHS[_part(value, top, 8)] for value in shown)
    return bars.rjust(max(0, width))


def bar(value: float, top: float, width: int) -> str:
    """``value`` of ``top`` as a bar of eighths; something above nothing is never invisible."""
    eighths = _part(value, top, 8 * width)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_WIDE[rest] if rest else "")).ljust(width)


def area(series: Sequence[float], width: int, height: int) -> list[str]:
    """A filled curve, two values a cell, four steps a line; the newest at the right."""
    dots = height * 4
    shown = list(series)[-2 * width :]
    top = max(shown, default=0.0)
    heights = [0] * (2 * width - len(shown)) + [_part(value, top, dots) for value in shown]
    return [
        "".join(
            chr(0x2800 + _column(heights[2 * x], line, _LEFT) + _column(heights[2 * x + 1], line, _RIGHT))
            for x in range(width)
        )
        for line in range(height - 1, -1, -1)
    ]  # fmt: skip


def _column(height: int, line: int, dots: tuple[int, ...]) -> int:
    return sum(dots[: max(0, min(4, height - 4 * line))])


def _part(value: float, top: float, steps: int) -> int:
    if value <= 0 or top <= 0:
        return 0
    return max(1, min(steps, round(min(1.0, value / top) * steps)))
