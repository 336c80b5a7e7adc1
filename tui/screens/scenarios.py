"""Scenarios: each with its steps, who waits where, who came through."""

from typing import Any, ClassVar

from textual.app import ComposeResult

from tui.draw.line import Piece
from tui.scene import Scene
from tui.screens.view import Subject, View
from tui.widgets.grid import Column, Grid, Row


class Scenarios(View):
    topics: ClassVar[tuple[str, ...]] = ("scenarios",)

    def __init__(self, scene: Scene, *, id: str) -> None:  # noqa: A002
        super().__init__(scene, id=id)
        self.folded: set[str] = set()

    def compose(self) -> ComposeResult:
        yield Grid(id="scenarios-grid")

    def draw(self) -> None:
        words, grid = self.scene.words, self.query_one(Grid)
        told = self.scene.report("scenarios")
        grid.empty = words("wait" if told is None else "scenarios.none")
        columns = (
            Column(words("scenarios.tree"), 0),
            Column(words("scenarios.state"), 12),
            Column(words("scenarios.inside"), 8, "right"),
            Column(words("scenarios.in"), 8, "right"),
            Column(words("scenarios.out"), 8, "right"),
            Column(words("scenarios.goal"), 13, "right"),
            Column(words("scenarios.per_minute"), 7, "right", least=100),
        )
        rows: list[Row] = []
        for one in told or []:
            rows += tree(self.scene, one, folded=one["scenario"] in self.folded)
        grid.fill(columns, rows)

    def subject(self) -> Subject | None:
        row = self.query_one(Grid).row
        name = row.id.partition("/")[0] if row else ""
        for one in self.scene.report("scenarios") or []:
            if one["scenario"] == name:
                return Subject("scenario", name, one["paused"], one["waiting"])
        return None

    def on_grid_opened(self, event: Grid.Opened) -> None:
        """Fold or unfold the scenario of this row."""
        event.stop()
        self.folded ^= {event.row.id.partition("/")[0]}
        self.draw()


def tree(scene: Scene, one: dict[str, Any], *, folded: bool) -> list[Row]:
    """The scenario, then its steps in the order in which they are written."""
    name = one["scenario"]
    rows = [_head(scene, one, "▸" if folded else "▾")]
    if not folded and one.get("cap"):
        rows.append(_cap(scene, name, one["cap"]))
    if not folded:
        last = len(one["steps"]) - 1
        for place, step in enumerate(one["steps"]):
            rows.append(_step(scene, name, step, "└" if place == last else "├"))
        earlier = [stand for stand in one["versions"] if stand["version"] != one["version"]]
        rows += [_earlier(scene, name, stand) for stand in earlier]
    return rows


def _earlier(scene: Scene, name: str, stand: dict[str, Any]) -> Row:
    """Those who are not on the version in force, at one of their steps."""
    words, version = scene.words, f"v{stand['version']}"
    cells: tuple[Piece, ...] = (
        (f"  ↳ {version} {stand['step']}", "dim"),
        (words("scenarios.earlier"), "warn"),
        (words.short(stand["waiting"]), "figure"),
        ("", ""),
        ("", ""),
        ("", ""),
        ("", ""),
    )
    return Row(f"{name}/{version}/{stand['step']}", cells)


def _head(scene: Scene, one: dict[str, Any], sign: str) -> Row:
    words, name = scene.words, one["scenario"]
    paused = one["paused"]
    minute = scene.paces["scenarios"].gained(f"entered/{name}")
    goal = f"{words.short(one['goal'])} {words.share(one['goal'], one['entered'])}"
    cells: tuple[Piece, ...] = (
        (f"{sign} {name} v{one['version']}", "title"),
        (words("scenarios.paused"), "warn") if paused else (words("scenarios.running"), "good"),
        (words.short(one["waiting"]), "figure"),
        (words.short(one["entered"]), ""),
        (words.short(one["ended"]), ""),
        (goal, "accent"),
        (f"+{words.short(minute)}" if minute else "·", "good" if minute else "dim"),
    )
    return Row(name, cells)


def _cap(scene: Scene, name: str, cap: dict[str, Any]) -> Row:
    """How far the cap on entries is used: who waits, who entered in this period, who was turned away."""
    words = scene.words
    full, per = cap["taken"] >= cap["most"], words(f"scenarios.{cap['per']}")
    refused = f"{words('scenarios.refused')} {words.short(cap['refused'])}"
    cells: tuple[Piece, ...] = (
        (f"  ≤ {words.short(cap['most'])}/{per}", "dim"),
        (words("scenarios.full"), "warn") if full else (words("scenarios.room"), "good"),
        (words.short(cap["ahead"]), "figure"),
        (words.short(cap["taken"]), ""),
        ("", ""),
        (refused if cap["refused"] else "", "warn"),
        ("", ""),
    )
    return Row(f"{name}/cap", cells)


def _step(scene: Scene, name: str, step: dict[str, Any], sign: str) -> Row:
    words = scene.words
    notes = [(n, step[n]) for n in ("skipped", "timed_out") if step[n]]
    note = "  ".join(f"{words(f'scenarios.{n}')} {words.short(count)}" for n, count in notes)
    cells: tuple[Piece, ...] = (
        (f"  {sign} {step['id']}", ""),
        (words.get(f"step.{step['do']}", step["do"]), "dim"),
        (words.short(step["inside"]) if step["inside"] else "·", "figure" if step["inside"] else "dim"),
        (words.short(step["in"]), ""),
        (words.short(step["out"]), ""),
        (note, "warn"),
        ("", ""),
    )  # fmt: skip
    return Row(f"{name}/{step['id']}", cells)
