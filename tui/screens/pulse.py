"""Pulse: whether the engine is well, at a glance."""

from collections.abc import Iterator
from typing import Any, ClassVar

from textual.app import ComposeResult

from tui.draw.chart import area, trend
from tui.draw.line import Line, Piece, fit
from tui.scene import Scene
from tui.screens.view import View
from tui.widgets.panel import Panel

TILE = 4
LATE = 1_000
"""Ms of timer lateness from which it is marked."""
SMALL = 18
"""Lines below which the chart gets shorter."""


class Pulse(View):
    topics: ClassVar[tuple[str, ...]] = ("messages",)

    def compose(self) -> ComposeResult:
        yield Panel()

    def draw(self) -> None:
        scene = self.scene
        self.query_one(Panel).show(lambda width, height: pulse(scene, width, height))


def pulse(scene: Scene, width: int, height: int) -> list[Line]:
    status = scene.report("status")
    if status is None:
        return [(("  " + scene.words("wait"), "dim"),)]
    below = [(), *_totals(scene, status), (), *_hosts(scene, status, width)]
    room = height - TILE - 3 - len(below)
    return [
        (),
        *_beside([_events(scene, status), _mail(scene), _timers(scene, status), _queues(scene, status)], width),
        (),
        *_chart(scene, width, max(2, min(room, 12 if height > SMALL else 4))),
        *below,
    ]  # fmt: skip


def _events(scene: Scene, status: dict[str, Any]) -> list[Piece]:
    words, pace = scene.words, scene.paces["status"]
    return [
        (words("pulse.events"), "dim"),
        (words("per_second", n=words.rate(pace.rate("accepted"))), "figure"),
        (trend(pace.series("accepted"), 16).lstrip(), "chart"),
        (words("pulse.accepted", n=words.short(status["events"]["accepted"])), "dim"),
    ]


def _mail(scene: Scene) -> list[Piece]:
    """Messages a second, of every channel."""
    words, pace = scene.words, scene.paces["messages"]
    told = scene.report("messages")
    channels = told["channels"] if told else []
    names = [one["channel"] for one in channels]
    rates = [pace.rate(f"sent/{name}") for name in names]
    total = None if None in rates or not rates else sum(rate or 0 for rate in rates)
    each = "  ".join(f"{name} {words.rate(rate)}" for name, rate in zip(names, rates, strict=True))
    stuck = [one for one in channels if one["breaker"] not in ("", "closed")]
    held = [one for one in channels if one["paused"]]
    last = words("pulse.sent", n=words.short(sum(one["sent"] for one in channels)))
    if held:
        last = words("pulse.channel_paused", name=held[0]["channel"])
    if stuck:
        last = words("pulse.channel_down", name=stuck[0]["channel"])
    return [
        (words("pulse.messages"), "dim"),
        (words("per_second", n=words.rate(total)), "figure"),
        (each, "chart"),
        (last, "bad" if stuck else "warn" if held else "dim"),
    ]


def _timers(scene: Scene, status: dict[str, Any]) -> list[Piece]:
    words, timers = scene.words, status["timers"]
    late = timers["lateness_ms"]
    style = "warn" if late >= LATE else "figure"
    overdue = timers["overdue"]
    return [
        (words("pulse.timers"), "dim"),
        (words("pulse.held"), "bad") if timers["held"] else (words.span(late), style),
        (words("pulse.overdue", n=words.short(overdue)), "warn" if overdue else "dim"),
        (words("pulse.armed", n=words.short(timers["armed"])), "dim"),
    ]


def _queues(scene: Scene, status: dict[str, Any]) -> list[Piece]:
    words = scene.words
    mailbox = sum(host["mailbox"] for host in status["hosts"])
    return [
        (words("pulse.queue"), "dim"),
        (words.short(mailbox), "figure"),
        (words("pulse.outbox", n=words.short(status["messages"]["queued"])), "dim"),
        (words("pulse.hops", n=words.short(status["hops"])), "dim"),
    ]


def _beside(tiles: list[list[Piece]], width: int) -> Iterator[Line]:
    each = (width - 1) // len(tiles)
    for y in range(TILE):
        pieces = [(fit(tile[y][0], each - 1) + " ", tile[y][1]) for tile in tiles]
        yield ((" ", ""), *pieces)


def _chart(scene: Scene, width: int, height: int) -> Iterator[Line]:
    words, pace = scene.words, scene.paces["status"]
    series = pace.series("accepted")
    text = words("pulse.chart", top=words.rate(max(series[-2 * (width - 2) :], default=0)))
    yield ((f" {text}", "dim"),)
    for line in area(series, width - 2, height):
        yield ((" ", ""), (line, "chart"))


def _totals(scene: Scene, status: dict[str, Any]) -> list[Line]:
    words = scene.words
    runs, messages, events = status["runs"], status["messages"], status["events"]
    usual = [
        ("contacts", status["contacts"]), ("known", status["known"]),
        ("waiting", runs["waiting"]), ("entered", runs["entered"]),
    ]  # fmt: skip
    worrying = [
        ("rejected", events["rejected"]), ("duplicates", events["duplicates"]),
        ("failed", messages["failed"]), ("unknown", messages["unknown"]),
        ("quarantined", status["quarantined"]), ("parked", status["parked"]),
        ("review", status["review"]),
    ]  # fmt: skip
    lines = [_named(scene, usual, "figure")]
    told = [(name, n) for name, n in worrying if n]
    quiet = ((f" {words('pulse.no_trouble')}", "good"),)
    return [*lines, _named(scene, told, "warn") if told else quiet]


def _named(scene: Scene, figures: list[tuple[str, int]], style: str) -> Line:
    pieces: list[Piece] = [(" ", "")]
    for name, n in figures:
        pieces.append((scene.words(f"pulse.{name}") + " ", "dim"))
        pieces.append((scene.words.short(n) + "  ", style))
    return tuple(pieces)


def _hosts(scene: Scene, status: dict[str, Any], width: int) -> Iterator[Line]:
    words = scene.words
    names = ("mailbox", "outbox", "rows", "resident", "memory", "late")
    each = min(14, (width - 12) // len(names))
    titles = [fit(words(f"pulse.column.{name}"), each - 1, "right") + " " for name in names]
    yield ((fit(" " + words("pulse.host"), 11), "head"), *((title, "head") for title in titles))
    for number, host in enumerate(status["hosts"]):
        megabytes = host["residents"]["bytes"] / 2**20
        figures = (
            words.short(host["mailbox"]),
            words.short(sum(host["outbox"].values())),
            words.short(host["log"]),
            words.short(host["residents"]["contacts"]),
            f"{words.number(megabytes, 1)} MB",
            words.span(host["timers"]["lateness"]),
        )
        cells = [(fit(text, each - 1, "right") + " ", "") for text in figures]
        yield ((fit(f" host-{number}", 11), "accent"), *cells)
