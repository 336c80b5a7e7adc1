"""Messages: throughput by channel, and why some did not leave."""

from typing import Any, ClassVar

from textual.app import ComposeResult

from tui.draw.chart import area
from tui.draw.line import Line, Piece
from tui.scene import Scene
from tui.screens.view import Subject, View
from tui.widgets.grid import Column, Grid, Row
from tui.widgets.panel import Panel

LEDGER = ("waiting", "sent", "failed", "unknown", "deferred")


class Messages(View):
    topics: ClassVar[tuple[str, ...]] = ("messages",)

    def compose(self) -> ComposeResult:
        yield Grid(id="channels")
        yield Panel(id="messages-chart")
        yield Grid(id="reasons")

    def draw(self) -> None:
        told = self.scene.report("messages")
        self._draw_channels(told)
        scene = self.scene
        self.query_one("#messages-chart", Panel).show(lambda w, h: chart(scene, told, w, h))
        self._draw_reasons(told)

    def _draw_channels(self, told: dict[str, Any] | None) -> None:
        words, grid = self.scene.words, self.query_one("#channels", Grid)
        grid.empty = words("wait" if told is None else "messages.none")
        figures = (*LEDGER, "per_second")
        columns = (
            Column(words("messages.channel"), 10),
            Column(words("messages.state"), 0),
            *(Column(words(f"messages.{name}"), 9, "right") for name in figures),
        )
        channels = told["channels"] if told else []
        grid.styles.height = max(2, len(channels) + 1)
        grid.fill(columns, [_channel(self.scene, one) for one in channels])

    def _draw_reasons(self, told: dict[str, Any] | None) -> None:
        words, grid = self.scene.words, self.query_one("#reasons", Grid)
        grid.empty = words("wait" if told is None else "messages.no_reasons")
        since = words.clock(told["since"]) if told else ""
        columns = (
            Column(words("messages.outcome"), 9),
            Column(words("messages.where"), 22),
            Column(words("messages.reason", since=since)),
            Column(words("messages.count"), 7, "right"),
            Column(words("messages.latest"), 8, "right"),
        )
        grid.fill(columns, [_reason(self.scene, one) for one in (told["reasons"] if told else [])])

    def told_of(self, grid: Grid, row: Row) -> str:
        """A row in full, a line for each column: a reason may be longer than its column."""
        told = self.scene.report("messages")
        texts = [text for text, _ in row.cells]
        if grid.id == "channels":
            texts += [one["trouble"] for one in told["channels"] if one["channel"] == row.id]
        return "\n".join(text for text in texts if text)

    def subject(self) -> Subject | None:
        told, row = self.scene.report("messages"), self.query_one("#channels", Grid).row
        for one in told["channels"] if told and row else []:
            if row is not None and one["channel"] == row.id:
                return Subject("channel", row.id, one["paused"], one["waiting"])
        return None


def _channel(scene: Scene, one: dict[str, Any]) -> Row:
    words = scene.words
    state, style = words("messages.open"), "good"
    if one["breaker"] not in ("", "closed"):
        state, style = words("messages.down"), "bad"
    if one["paused"]:
        state, style = words("messages.paused"), "warn"
    rate = scene.paces["messages"].rate(f"sent/{one['channel']}")
    figures = [one[name] for name in LEDGER]
    cells: tuple[Piece, ...] = (
        (one["channel"], "title"),
        (state, style),
        *((words.short(n), _weight(name, n)) for name, n in zip(LEDGER, figures, strict=True)),
        (words.rate(rate), "figure"),
    )
    return Row(one["channel"], cells, (one["channel"], state, *figures, rate or 0.0))


def _weight(name: str, n: int) -> str:
    if name in ("failed", "unknown"):
        return "bad" if n else "dim"
    return "" if n else "dim"


def _reason(scene: Scene, one: dict[str, Any]) -> Row:
    words, outcome = scene.words, one["outcome"]
    cells: tuple[Piece, ...] = (
        (words.get(f"outcome.{outcome}", outcome), "bad" if outcome == "failed" else "warn"),
        (one["subject"], ""),
        (words.get(f"reason.{one['reason']}", one["reason"]), ""),
        (words.short(one["count"]), "figure"),
        (words.clock(one["at"]), "dim"),
    )
    values = (outcome, one["subject"], one["reason"], one["count"], one["at"])
    return Row("\0".join((outcome, one["subject"], one["reason"])), cells, values)


def chart(scene: Scene, told: dict[str, Any] | None, width: int, height: int) -> list[Line]:
    """All channels together."""
    words, pace = scene.words, scene.paces["messages"]
    series = [pace.series(f"sent/{one['channel']}") for one in (told["channels"] if told else [])]
    total = [sum(values) for values in zip(*series, strict=False)] if series else []
    top = words.rate(max(total[-2 * (width - 2) :], default=0))
    down = (
        [f"{one['channel']}: {one['trouble']}" for one in told["channels"] if one["trouble"]]
        if told
        else []
    )
    lines: list[Line] = [
        (("".join(f" {text}" for text in down), "bad"),),
        ((f" {words('messages.chart', top=top)}", "dim"),),
    ]
    drawn = area(total, width - 2, max(1, height - 3))
    return [*lines, *(((" ", ""), (line, "chart")) for line in drawn)]
