"""Segments: how many are in each, who came and went; below them the stages of the lifecycle."""

from typing import Any, ClassVar

from textual.app import ComposeResult

from tui.draw.chart import bar
from tui.draw.line import Piece
from tui.scene import Scene
from tui.screens.lifecycle import stages
from tui.screens.view import View
from tui.widgets.grid import Column, Grid, Row
from tui.widgets.panel import Panel


class Segments(View):
    topics: ClassVar[tuple[str, ...]] = ("segments", "lifecycle")

    def compose(self) -> ComposeResult:
        yield Grid(id="segments-grid")
        yield Panel(id="lifecycle")

    def draw(self) -> None:
        words, grid = self.scene.words, self.query_one(Grid)
        told = self.scene.report("segments")
        grid.empty = words("wait" if told is None else "segments.none")
        names = ("segment", "size", "share", "bar", "in", "out", "in_minute", "out_minute")
        widths = (0, 9, 7, 10, 9, 9, 6, 6)
        columns = tuple(
            Column(words(f"segments.{name}"), width, "left" if name in ("segment", "bar") else "right")
            for name, width in zip(names, widths, strict=True)
        )  # fmt: skip
        grid.fill(columns, rows(self.scene, told or []))
        panel = self.query_one("#lifecycle", Panel)
        lines = stages(self.scene, self.scene.report("lifecycle"))
        panel.display = bool(lines)
        panel.styles.height = len(lines) + 1
        panel.show(lambda _width, _height: lines)


def rows(scene: Scene, told: list[dict[str, Any]]) -> list[Row]:
    status = scene.report("status")
    contacts = status["contacts"] if status else 0
    return [_row(scene, one, contacts) for one in told]


def _row(scene: Scene, one: dict[str, Any], contacts: int) -> Row:
    words, pace, name = scene.words, scene.paces["segments"], one["segment"]
    came, went = pace.gained(f"in/{name}"), pace.gained(f"out/{name}")
    cells: tuple[Piece, ...] = (
        (name, "title"),
        (words.number(one["size"]), "figure"),
        (words.share(one["size"], contacts), ""),
        (bar(one["size"], contacts, 10), "chart"),
        (words.number(one["in"]), ""),
        (words.number(one["out"]), ""),
        (f"+{words.short(came)}" if came else "·", "good" if came else "dim"),
        (f"-{words.short(went)}" if went else "·", "warn" if went else "dim"),
    )
    share = one["size"]
    return Row(name, cells, (name, share, share, share, one["in"], one["out"], came, went))
