"""The lifecycle below the segments: each stage with its size, and where contacts went from it."""

from typing import Any

from tui.draw.chart import bar
from tui.draw.line import Line, Piece, fit
from tui.scene import Scene

NAME, FIGURE, BAR = 18, 9, 10
"""Cells of a column."""
MOST = 3
"""Flows told of one stage: the greatest."""


def stages(scene: Scene, told: dict[str, Any] | None) -> list[Line]:
    """No line where no lifecycle is defined."""
    if not told or not told["stages"]:
        return []
    words = scene.words
    heads = (words("lifecycle.size"), "", words("lifecycle.in"), words("lifecycle.out"))
    head = fit(" " + words("lifecycle.stage"), NAME)
    head += "".join(fit(one, FIGURE if one else BAR + 1, "right") for one in heads)
    lines: list[Line] = [((f"{head}  {words('lifecycle.flows', day=told['since'])}", "head"),)]
    return lines + [_stage(scene, told, one) for one in told["stages"]]


def _stage(scene: Scene, told: dict[str, Any], one: dict[str, Any]) -> Line:
    words = scene.words
    pieces: tuple[Piece, ...] = (
        (fit(" " + one["stage"], NAME), "title"),
        (fit(words.number(one["size"]), FIGURE, "right"), "figure"),
        (" " + fit(bar(one["size"], told["contacts"], BAR), BAR), "chart"),
        (fit(words.number(one["in"]), FIGURE, "right"), ""),
        (fit(words.number(one["out"]), FIGURE, "right"), ""),
        (f"  {_flows(scene, told, one['stage'])}", "dim"),
    )
    return pieces


def _flows(scene: Scene, told: dict[str, Any], stage: str) -> str:
    words = scene.words
    left = [one for one in told["flows"] if one["from"] == stage]
    left.sort(key=lambda one: (-one["contacts"], one["to"]))
    return ", ".join(
        f"→ {one['to'] or words('lifecycle.none')} {words.number(one['contacts'])}"
        for one in left[:MOST]
    )
