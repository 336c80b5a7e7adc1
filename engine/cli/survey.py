"""Commands that look at all contacts: what a segment would hold before it is published, what time brings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, note, print_json, print_rows
from engine.cli.workspace import Folder
from engine.domain.duration import DAY, milliseconds
from engine.domain.rulebooks.definitions import encode
from engine.errors import BadRequest

app = typer.Typer()


@app.command()
def preview(
    folder: Folder = Path(),
    segment: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="This one; else all that are new or changed."),
    ] = None,
    score: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="This one; else all that are new or changed."),
    ] = None,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Who would be in a segment, and what a score would be, were the workspace published.

    Nothing is changed by that.
    """
    from engine.loading.definitions import load

    definitions = encode(load(folder))
    with connected(grpc, data) as engine, progress() as tell:
        found = engine.surveys.preview(definitions, segment or (), tell, score or ())
    if json:
        print_json(found)
        return
    if not found["segments"] and not found["scores"]:
        note("No segment or score is new or changed; name one with --segment or --score.")
    for one in found["segments"]:
        _print_preview(one, found)
    for one in found["scores"]:
        _print_difference(one, found)
    if found["grades"]:
        print(f"{found['grades']['changed']:,} contacts get another grade.")
        print_rows(found["grades"]["cells"])


def _print_preview(one: dict[str, Any], found: dict[str, Any]) -> None:
    print(f"{one['segment']} ({one['change']}): {one['size']:,} of {found['contacts']:,} contacts.")
    if one["change"] != "added":
        before, stay = one["before"], one["stay"]
        come = one["size"] - stay
        print(f"{before:,} are in it now: {stay:,} stay, {before - stay:,} leave, {come:,} come.")
    if one["unknown"]:
        print(f"{one['unknown']:,} cannot be told yet: something is being rebuilt.")
    if found["whole_since"]:
        print(f"The log is there since {found['whole_since']}; what came before is not counted.")
    if one["sample"]:
        print("For example")
        print_rows([{"id": who["id"], "keys": ", ".join(who["keys"])} for who in one["sample"]])
    if one["overlap"]:
        print("It shares contacts with")
        print_rows(one["overlap"])


def _print_difference(one: dict[str, Any], found: dict[str, Any]) -> None:
    changed, contacts = one["changed"], one["contacts"]
    print(f"{one['score']} ({one['change']}): {changed:,} of {contacts:,} contacts with it change.")
    if one["unknown"]:
        print(f"{one['unknown']:,} cannot be told yet: something is being rebuilt.")
    if found["whole_since"]:
        print(f"The log is there since {found['whole_since']}; what came before is not counted.")
    if one["bars"]:
        sides = ("before", "after")
        print_rows([{"value": _span(bar), **{s: bar[s] for s in sides}} for bar in one["bars"]])
    if one["movers"]:
        print("Who moves most")
        print_rows(
            [
                {
                    "id": who["id"],
                    "keys": ", ".join(who["keys"]),
                    "before": round(who["before"], 2),
                    "after": round(who["after"], 2),
                }
                for who in one["movers"]
            ]
        )


def _span(bar: dict[str, float]) -> str:
    return f"{bar['from']:g} to {bar['to']:g}" if bar["from"] else f"below {bar['to']:g}"


def print_forecast(found: dict[str, Any]) -> None:
    print(f"{found['segment']}: {found['size']:,} of {found['contacts']:,} contacts.")
    if found["unknown"]:
        print(f"{found['unknown']:,} cannot be told yet: something is being rebuilt.")
    print_rows(found["days"])


def days_of(text: str) -> int:
    """``14d``; what is no number of whole days raises BadRequest."""
    try:
        days, rest = divmod(milliseconds(text), DAY)
    except ValueError:
        raise BadRequest(f"a forecast is made by the day, as 14d, not {text!r}") from None
    if rest or not days:
        raise BadRequest(f"a forecast is made by the day: {text} is no number of days, as 14d is")
    return days


@contextmanager
def progress() -> Iterator[Callable[[dict[str, int]], None]]:
    """Shows how far a survey is, where somebody may be looking."""
    from rich.console import Console

    with Console(stderr=True).status("Beginning") as shown:

        def tell(told: dict[str, int]) -> None:
            scanned = f"{told['scanned']:,} of {told['rows']:,} rows read, " if told["rows"] else ""
            shown.update(f"{scanned}{told['met']:,} contacts looked at")

        yield tell
