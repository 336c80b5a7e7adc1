"""Hand-offs: which contacts are offered to sales, to whom, and until when somebody has to decide."""

from typing import Any, ClassVar

from textual.app import ComposeResult

from tui.draw.line import Piece
from tui.scene import Scene
from tui.screens.view import View
from tui.widgets.grid import Column, Grid, Row

COLUMNS = {
    "deadline": 11, "status": 9, "owner": 10, "handoff": 14, "contact": 0, "reason": 24,
}  # fmt: skip
WIDE = {"handoff": 100}
"""Columns of screen below which a column is left out."""


class Handoffs(View):
    topics: ClassVar[tuple[str, ...]] = ("handoffs",)

    def compose(self) -> ComposeResult:
        yield Grid(id="handoffs-grid")

    def draw(self) -> None:
        words, grid = self.scene.words, self.query_one(Grid)
        told = self.scene.report("handoffs")
        grid.empty = words("wait" if told is None else "handoffs.none")
        columns = tuple(
            Column(words(f"handoffs.{name}"), width, least=WIDE.get(name, 0))
            for name, width in COLUMNS.items()
        )
        grid.fill(columns, [_row(self.scene, one) for one in told or []])


def _row(scene: Scene, one: dict[str, Any]) -> Row:
    """What is overdue stands out; what is decided steps back."""
    words, now = scene.words, scene.feed.reports["handoffs"].at
    open_ = one["status"] == "open"
    late = open_ and one["deadline"] < now
    face = "bad" if late else "figure" if open_ else "dim"
    contact = (one["keys"] or [f"#{one['contact']}"])[0]
    instant = one["deadline"] if open_ else one["closed"]
    cells: tuple[Piece, ...] = (
        (words.moment(instant, now), face),
        (words(f"handoffs.{'late' if late else one['status']}"), face),
        (one["owner"], "title" if open_ else "dim"),
        (one["handoff"], ""),
        (contact, "title" if open_ else "dim"),
        (one["reason"], "dim"),
    )
    values = (instant, one["status"], one["owner"], one["handoff"], contact, one["reason"])
    return Row(one["id"], cells, values)
