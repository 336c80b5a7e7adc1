"""The summary for people: one page, 80 columns."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from engine.cli.output import instant

Report = dict[str, Any]
WIDTH = 80
CHECKED = {"log": "log rows", "contacts": "contacts", "runs": "runs", "directory": "keys"}


def show(made: Report) -> None:
    """On stdout."""
    console = Console(highlight=False, markup=False)
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    console.print(_headline(made), style="bold")
    for title, part in _parts(made):
        console.print(Rule(Text(title, "bold"), align="left", style="dim"))
        console.print(part)
    for problem in made["problems"]:
        console.print(f"PROBLEM: {problem}", style="bold red")


def _headline(made: Report) -> str:
    pace = f"{made['speed']:,.0f} times as fast"
    return f"Three days of a small shop: {made['visitors']} visitors, {pace}, {made['runtime']}"


def _parts(made: Report) -> Iterable[tuple[str, Any]]:
    yield "What came in and what went out", _figures(made)
    yield "Segments", _segments(made["segments"])
    yield "Scenarios: who is where", _scenarios(made["scenarios"])
    yield "Who is hot", _hot(made["hot"])
    yield "Mails at the SMTP server, by template", _templates(made["mails"])
    if made["mails"]["example"]:
        yield "One of them, as it arrived", _mail(made["mails"]["example"])
    yield "Go on", _advice()


def _figures(made: Report) -> Table:
    events, contacts, messages = made["events"], made["contacts"], made["messages"]
    table = _table("left", "left")
    doors = ", ".join(f"{count} over {door}" for door, count in sorted(events["sent"].items()))
    table.add_row("sent", doors)
    names = ("accepted", "duplicates", "rejected")
    table.add_row("events", ", ".join(f"{events[name]} {name}" for name in names))
    for row in events["reasons"]:
        table.add_row("", f"{row['count']} {row['code']}: {row['reason']}")
    table.add_row("contacts", ", ".join(f"{count} {name}" for name, count in contacts.items()))
    outcomes = ("sent", "failed", "unknown", "queued")
    ledger = " + ".join(f"{messages[name]} {name}" for name in outcomes)
    table.add_row("messages", f"{messages['intended']} intended = {ledger}")
    table.add_row("", f"{messages['skipped']} not written: no consent, no address, or too late")
    findings = made["fsck"]["findings"]
    checked = made["fsck"]["checked"]
    rows = ", ".join(f"{checked.get(name, 0)} {word}" for name, word in CHECKED.items())
    table.add_row("fsck", f"{len(findings) or 'no'} findings in {rows}")
    return table


def _segments(segments: Sequence[Report]) -> Table:
    table = _table("left", "right", "left")
    for row in segments:
        table.add_row(row["segment"], str(row["size"]), row["title"])
    return table


def _scenarios(scenarios: Sequence[Report]) -> Table:
    table = _table("left", "right", "right", "right", "left")
    table.show_header = True
    for column, title in zip(
        table.columns, ("", "entered", "goal", "ended", "waiting"), strict=True
    ):
        column.header = Text(title, "dim")
    for row in scenarios:
        waiting = [f"{step['inside']} at {step['id']}" for step in row["steps"] if step["inside"]]
        figures = [str(row[name]) for name in ("entered", "goal", "ended")]
        table.add_row(row["scenario"], *figures, ", ".join(waiting) or "-")
    return table


def _hot(hot: Report) -> Table:
    table = _table("left", "left")
    names = ", ".join(f"{one['name']} {one['value']:g}" for one in hot["top"])
    table.add_row(f"score {hot['score']}", names or "nobody has a point")
    if held := hot.get("handoff"):
        until = instant(held["deadline"])[:-3]
        offered = f"{held['name']}, {held['reason']}: to {held['owner']}, who decides by {until}"
        table.add_row("hand-off", offered)
    return table


def _templates(mails: Report) -> Table:
    table = _table("left", "right")
    for name, count in mails["templates"].items():
        table.add_row(name, str(count))
    table.add_row("all", str(mails["received"]))
    return table


def _mail(mail: Report) -> Padding:
    headers = [Text(f"{name}: ", "dim").append(value) for name, value in mail["headers"].items()]
    text = Text(mail["text"].replace("\r\n", "\n").rstrip())
    return Padding(Group(*headers, Text(), text), (0, 0, 1, 0))


def _advice() -> Table:
    table = _table("left", "left")
    table.add_row("relance init my-shop", "your own copy of these scenarios, to change")
    table.add_row("relance up --workspace my-shop", "the engine; its mails are files at first")
    table.add_row("relance keys create --help", "keys for your site and your services")
    table.add_row("relance push --help", "events from a file")
    table.add_row("relance --help", "everything else")
    return table


def _table(*justify: Any) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for side in justify:
        table.add_column(justify=side, overflow="fold")
    return table
