"""A panel: lines drawn by a function of its size; only lines that changed are painted."""

from collections.abc import Callable

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.draw.line import Line, clip
from tui.widgets.paint import painted

Draw = Callable[[int, int], list[Line]]
"""(width, height) -> lines; fewer or more than fit are fine."""


def nothing(_width: int, _height: int) -> list[Line]:
    return []


class Panel(Widget):
    """One widget for many lines: what it shows costs as much as what changed of it."""

    DEFAULT_CSS = "Panel { width: 1fr; height: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._draw: Draw = nothing
        self._lines: list[Line] = []
        self._painted = (0, 0)

    def show(self, draw: Draw) -> None:
        self._draw = draw
        self.repaint()

    def drawn(self, width: int, height: int) -> list[Line]:
        return self._draw(width, height)

    def repaint(self) -> None:
        """Draw anew, paint what differs."""
        width, height = self.size
        if not width or not height:
            return
        lines = [clip(line, width) for line in self.drawn(width, height)[:height]]
        lines += [clip((), width)] * (height - len(lines))
        before, self._lines = self._lines, lines
        if self._painted != (width, height):
            self._painted = (width, height)
            self.refresh()
            return
        changed = [y for y, line in enumerate(lines) if line != before[y]]
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def chosen(self, y: int) -> bool:  # noqa: ARG002 - for those who have a cursor
        return False

    def on_resize(self) -> None:
        self.repaint()

    def render_line(self, y: int) -> Strip:
        if y >= len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        dark = self.app.current_theme.dark
        return painted(self._lines[y], self.rich_style, dark=dark, chosen=self.chosen(y))
