"""Scores: who stands highest, how many stand at each height, and how many have each grade."""

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from tui.draw.chart import bar
from tui.draw.line import Line, Piece, fit
from tui.scene import Scene
from tui.screens.view import View
from tui.widgets.grid import Column, Grid, Row
from tui.widgets.panel import Panel


class Scores(View):
    topics: ClassVar[tuple[str, ...]] = ("scores", "matrix")

    def __init__(self, scene: Scene, *, id: str) -> None:  # noqa: A002
        super().__init__(scene, id=id)
        self._at = 0

    def compose(self) -> ComposeResult:
        yield Panel(id="scores-title", classes="two")
        with Horizontal():
            yield Grid(id="scores-grid")
            yield Panel(id="scores-histogram", classes="side")

    def other(self, by: int) -> None:
        """Turn to the next score."""
        told = self.scene.report("scores") or []
        self._at = (self._at + by) % max(1, len(told))
        self.draw()

    def crumb(self) -> str:
        score = self._score()
        return score["score"] if score else ""

    def _score(self) -> dict[str, Any] | None:
        told = self.scene.report("scores")
        return told[min(self._at, len(told) - 1)] if told else None

    def draw(self) -> None:
        words, grid, score = self.scene.words, self.query_one(Grid), self._score()
        names = [one["score"] for one in self.scene.report("scores") or []]
        grid.empty = words("wait" if self.scene.report("scores") is None else "scores.none")
        columns = (
            Column(words("scores.rank"), 4, "right"),
            Column(words("scores.contact")),
            Column(words("scores.value"), 9, "right"),
        )
        grid.fill(columns, _rows(self.scene, score))
        scene = self.scene
        self.query_one("#scores-title", Panel).show(lambda _w, _h: title(scene, names, score))
        self.query_one("#scores-histogram", Panel).show(
            lambda w, _h: [*histogram(scene, score, w), *matrix(scene, w)]
        )


def _rows(scene: Scene, score: dict[str, Any] | None) -> list[Row]:
    rows = []
    for rank, one in enumerate(score["top"] if score else [], 1):
        key = one["key"] or f"#{one['contact']}"
        cells: tuple[Piece, ...] = (
            (str(rank), "dim"),
            (key, ""),
            (scene.words.number(one["value"], 1), "figure"),
        )
        rows.append(Row(str(one["contact"]), cells, (rank, key, one["value"])))
    return rows


def title(scene: Scene, names: list[str], score: dict[str, Any] | None) -> list[Line]:
    """Which score this is, and of whom: the ranking knows those who did something since it began."""
    if score is None:
        return []
    words = scene.words
    tabs: list[Piece] = [(" ", "")]
    for name in names:
        tabs += [(f" {name} ", "bar.here" if name == score["score"] else "bar.dim"), (" ", "")]
    half = words.span(score["half_life"]) if score["half_life"] else words("scores.for_ever")
    known = words.counted("scores.of", score["contacts"])
    since = words("scores.since", clock=words.date(score["since"]), half=half)
    return [tuple(tabs), ((f" {known} {since}", "dim"),)]


def histogram(scene: Scene, score: dict[str, Any] | None, width: int) -> list[Line]:
    words = scene.words
    if score is None:
        return []
    bars = score["bars"]
    top = max((one["contacts"] for one in bars), default=0)
    lines: list[Line] = [((fit(words("scores.histogram"), width), "head"),)]
    for one in bars:
        low, high = words.short(one["from"]), words.short(one["to"])
        span = f"< {high}" if not one["from"] else f"{low}-{high}"
        n = words.short(one["contacts"])
        room = max(1, width - 12 - 7)
        lines.append(
            (
                (fit(span, 11, "right") + " ", "dim"),
                (bar(one["contacts"], top, room), "chart"),
                (fit(n, 7, "right"), "figure"),
            )
        )
    return lines


def matrix(scene: Scene, width: int) -> list[Line]:
    """Contacts by grade: letters downward, digits across; nothing where there is none."""
    told = scene.report("matrix")
    if not told:
        return []
    letters, digits = list(told["letter"]["grades"]), list(told["digit"]["grades"])
    held = {one["grade"]: one["contacts"] for one in told["cells"]}
    room = max(3, (width - 2) // len(digits))
    sides = scene.words(
        "scores.matrix", letter=told["letter"]["score"], digit=told["digit"]["score"]
    )
    lines: list[Line] = [((" " * width, ""),), ((fit(sides, width), "head"),)]
    lines.append((("  ", ""), *((fit(digit, room, "right"), "dim") for digit in digits)))
    for letter in letters:
        counts = (scene.words.short(held[letter + digit]) for digit in digits)
        lines.append(((f"{letter} ", "dim"), *((fit(n, room, "right"), "figure") for n in counts)))
    return lines
