"""Commands on scores: how contacts stand, and what one contact's scores are made of."""

from typing import Annotated, Any

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, print_json, print_rows
from engine.errors import Unknown

app = typer.Typer()


@app.command()
def score(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]",
            help="Only this one; with --explain a contact's key.",
            show_default=False,
        ),
    ] = "",
    explain: Annotated[
        bool, typer.Option("--explain", help="What the contact's scores are made of, line by line.")
    ] = False,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Scores: who stands highest, how many at each height; or a contact's, line by line."""
    with connected(grpc, data) as engine:
        found = engine.scorecard(name) if explain else _chosen(engine.scores(), name)
    if json:
        print_json(found)
    elif explain:
        _print_cards(found)
    else:
        for one in found:
            print(f"{one['score']}  {one['title']}  ({one['contacts']} contacts)")
            print_rows(one["top"], "Nobody has a point.")
            print_rows(one["bars"], "")


def _chosen(scores: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    found = [one for one in scores if name in ("", one["score"])]
    if name and not found:
        known = ", ".join(one["score"] for one in scores) or "none"
        raise Unknown(f"no score is called {name!r}; there are {known}")
    return found


def _print_cards(cards: list[dict[str, Any]]) -> None:
    for card in cards:
        print(f"{card['score']} = {card['value']:.2f}")
        rows = [
            {
                "points": f"{line['points']:+.2f}",
                "rule": line["rule"],
                "because": _because(line),
            }
            for line in card["lines"]
        ]
        print_rows(rows, "No rule counts.")


def _because(line: dict[str, Any]) -> str:
    """``+15 given by White Paper Downloaded, last 2026-03-12T09:12:04Z; 5 more were capped``."""
    if "event" in line:
        capped = f"; {line['capped']:g} more were capped" if line["capped"] else ""
        return f"{line['given']:+g} given by {line['event']}, last {line['last']}{capped}"
    if "asks" in line:
        times = f"times {line['factor']:g}, " if "factor" in line else ""
        return f"{times}{line['asks']}, since {line['since']}"
    return str(line.get("because", "the score's bound"))
