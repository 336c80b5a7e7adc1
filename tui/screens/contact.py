"""Contact: one person's state now, and what happened with its causes."""

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.widgets import Input

from tui.draw.line import Line, Piece, wrapped
from tui.feed import Wish
from tui.scene import Scene
from tui.screens.view import View
from tui.widgets.grid import Column, Grid, Row
from tui.widgets.panel import Panel


class Contact(View):
    topics: ClassVar[tuple[str, ...]] = ("contact",)

    def __init__(self, scene: Scene, *, id: str) -> None:  # noqa: A002
        super().__init__(scene, id=id)
        self.key = ""

    def compose(self) -> ComposeResult:
        yield Input(id="contact-key", compact=True)
        yield Panel(id="contact-state")
        yield Grid(id="timeline")

    def wish(self) -> Wish:
        return Wish(self.topics, self.key) if self.key else Wish()

    def look_for(self, text: str) -> None:
        """``kind:value``, an address, or a contact's id."""
        text = text.strip()
        self.key = f"email:{text}" if "@" in text and ":" not in text else text
        field = self.query_one(Input)
        if field.value != self.key:
            field.value = self.key
        if self.key:
            self.query_one(Grid).focus()

    def crumb(self) -> str:
        return self.key

    def enter(self) -> None:
        (self.query_one(Grid) if self.key else self.query_one(Input)).focus()

    def search(self) -> None:
        self.query_one(Input).focus()

    def draw(self) -> None:
        words, scene = self.scene.words, self.scene
        self.query_one(Input).placeholder = words("contact.placeholder")
        told = scene.report("contact")
        nobody = "contact" in scene.feed.reports and told is None
        panel = self.query_one("#contact-state", Panel)
        lines = state(scene, told, panel.size.width) if told else self._why_not(nobody)
        panel.styles.height = len(lines) + 1
        panel.show(lambda _width, _height: lines)
        grid = self.query_one(Grid)
        grid.empty = "" if told is None else words("contact.no_rows")
        columns = (
            Column(words("contact.at"), 11),
            Column(words("contact.cause"), 24),
            Column(words("contact.facts")),
        )
        grid.fill(columns, [_row(scene, one) for one in (told["timeline"] if told else [])])

    def _why_not(self, nobody: bool) -> list[Line]:
        words = self.scene.words
        if not self.key:
            return [(), ((" " + words("contact.ask"), "dim"),)]
        if nobody:
            return [(), ((" " + words("contact.nobody", key=self.key), "warn"),)]
        return [(), ((" " + words("wait"), "dim"),)]

    def row_named(self, row: str) -> dict[str, Any] | None:
        told = self.scene.report("contact")
        found = (one for one in (told["timeline"] if told else []) if str(one["row"]) == row)
        return next(found, None)


def state(scene: Scene, told: dict[str, Any], width: int) -> list[Line]:
    words = scene.words
    kind = words("contact.known" if told["known"] else "contact.anonymous")
    keys = "  ".join(told["keys"])
    lines: list[Line] = [((f" {kind} #{told['id']}  ", "figure"), (keys, "accent"))]
    runs = "; ".join(_run(scene, run) for run in told["runs"])
    scores = "; ".join(
        words("contact.score", name=name, value=words.number(value, 1), at=words.date(at))
        for name, (value, at) in told["scores"].items()
    )
    segments = "; ".join(_membership(scene, one) for one in told["memberships"])
    attributes = "; ".join(f"{name}: {value}" for name, value in told["attributes"].items())
    reached = told["stage"]
    stage = f"{reached['stage']} {words('contact.since', at=words.date(reached['since']))}"
    parts = [
        *([("stage", stage)] if reached["stage"] else []),
        ("segments", segments), ("scores", scores), ("runs", runs),
        ("attributes", attributes),
    ]  # fmt: skip
    for name, text in parts:
        lines += _part(words(f"contact.{name}"), text, width)
    seen = words("contact.seen", first=words.date(told["first"]), latest=words.date(told["latest"]))
    lines.append(((f" {seen}", "dim"),))
    if told["trouble"]:
        lines.append(((f" {told['trouble']}", "bad"),))
    return lines


def _part(title: str, text: str, width: int) -> list[Line]:
    """At most two lines a part: the rest is in the details."""
    shown = wrapped(text or "-", width - 14)[:2]
    return [
        ((f" {title if n == 0 else '':<12} ", "dim"), (line, "")) for n, line in enumerate(shown)
    ]


def _membership(scene: Scene, one: dict[str, Any]) -> str:
    words = scene.words
    until = words("contact.until", at=words.date(one["until"])) if one["until"] else ""
    since = words("contact.since", at=words.date(one["since"]))
    return " ".join(filter(None, (one["segment"], since, until, f"({one['because']})")))


def _run(scene: Scene, run: dict[str, Any]) -> str:
    words = scene.words
    due = words("contact.until", at=words.date(run["due"])) if run["due"] else ""
    return f"{run['scenario']} v{run['version']}: {run['step']} {due}".rstrip()


def _row(scene: Scene, one: dict[str, Any]) -> Row:
    cause, facts = cause_of(scene, one), [fact_of(scene, fact) for fact in one["facts"]]
    cells: tuple[Piece, ...] = (
        (scene.words.moment(one["at"], scene.feed.reports["contact"].at), "dim"),
        (cause, "title"),
        (", ".join(facts), ""),
    )
    return Row(str(one["row"]), cells, (one["row"], cause, len(facts)))


def cause_of(scene: Scene, one: dict[str, Any]) -> str:
    """The message that was consumed, in words."""
    fields = one["fields"]
    what = fields.get("name") or fields.get("outcome") or fields.get("act") or ""
    kind = scene.words.get(f"message.{one['message']}", one["message"])
    what = scene.words.get(f"outcome.{what}", str(what))
    return what if one["message"] == "event" else f"{kind} {what}".strip()


def fact_of(scene: Scene, fact: list[Any]) -> str:
    what, subject = fact[0], fact[1]
    return f"{scene.words.get(f'fact.{what}', what)} {subject}".strip()
