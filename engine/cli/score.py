"""Commands on scores: how contacts stand, and what one contact's scores are made of."""

from typing import Annotated, Any

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, instant, note, print_json, print_rows
from engine.errors import BadRequest, Unknown

app = typer.Typer()

SHOWN = 20
"""Of the highest contacts, for a reader; ``--json`` tells all that are ranked."""
BAR = 40
"""Characters of the longest bar."""


@app.command()
def score(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="Only this one; with --explain a contact's key.",
            show_default=False,
        ),
    ] = "",
    explain: Annotated[
        bool, typer.Option("--explain", help="What the contact's scores are made of, line by line.")
    ] = False,
    only: Annotated[
        str, typer.Option("--score", metavar="NAME", help="With --explain: only this score.")
    ] = "",
    matrix: Annotated[
        bool, typer.Option("--matrix", help="How many contacts have each grade.")
    ] = False,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Scores: who stands highest, how many at each height and grade; or a contact's, line by line."""
    if only and not explain:
        raise BadRequest(
            "--score goes with --explain; name a score alone to see how contacts stand"
        )
    if matrix and (name or explain):
        raise BadRequest("--matrix is of all contacts; it takes no name")
    with connected(grpc, data) as engine:
        found: Any
        if matrix:
            found = engine.matrix()
        elif explain:
            found = _chosen(engine.scorecard(name), only)
        else:
            found = _chosen(engine.scores(), name)
    if json:
        print_json(found)
    elif matrix:
        _print_matrix(found)
    elif explain:
        _print_cards(found)
    else:
        for one in found:
            _print_standing(one)


def _chosen(scores: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    found = [one for one in scores if name in ("", one["score"])]
    if name and not found:
        known = ", ".join(one["score"] for one in scores) or "none"
        raise Unknown(f"no score is called {name!r}; there are {known}")
    return found


def _print_standing(one: dict[str, Any]) -> None:
    title = f": {one['title']}" if one["title"] else ""
    print(f"{one['score']}{title}")
    print(
        f"{one['contacts']:,} contacts, of those who did something since {instant(one['since'])}."
    )
    top = [
        {"rank": rank, "contact": who["key"] or who["contact"], "value": round(who["value"], 1)}
        for rank, who in enumerate(one["top"][:SHOWN], 1)
    ]
    print_rows(top, "Nobody has a point.")
    most = max((bar["contacts"] for bar in one["bars"]), default=0)
    if most:
        bars = [
            {
                "value now": _span(bar),
                "contacts": bar["contacts"],
                "": " " + "#" * -(-BAR * bar["contacts"] // most),
            }
            for bar in one["bars"]
        ]
        print_rows(bars)
    print()


def _span(bar: dict[str, Any]) -> str:
    """``8 to 16``; the lowest holds everything below its end."""
    return f"{bar['from']:.3g} to {bar['to']:.3g}" if bar["from"] else f"below {bar['to']:.3g}"


def _print_matrix(told: dict[str, Any]) -> None:
    if not told:
        note(
            "There is no matrix yet: write one in scoring.yaml, publish it, and let contacts do something."
        )
        return
    held = {one["grade"]: one["contacts"] for one in told["cells"]}
    side = f"{told['letter']['score']} \\ {told['digit']['score']}"
    digits = _headed(told["digit"]["grades"])
    rows = [
        {side: row, **{column: held[letter + digit] for digit, column in digits.items()}}
        for letter, row in _headed(told["letter"]["grades"]).items()
    ]
    print(told["title"] or "Grades")
    print_rows(rows)
    since, at = instant(told["since"]), instant(told["at"])
    print(f"{told['contacts']:,} contacts as of {at}, of those who did something since {since}.")


def _headed(grades: dict[str, float | None]) -> dict[str, str]:
    """``A from 60``; the last is what is below."""
    return {
        grade: grade if bound is None else f"{grade} from {bound:g}"
        for grade, bound in grades.items()
    }


def _print_cards(cards: list[dict[str, Any]]) -> None:
    for card in cards:
        grade = f"  grade {card['grade']}" if "grade" in card else ""
        print(f"{card['score']} = {card['value']:.2f}{grade}")
        rows = [
            {
                "points": f"{line['points']:+.2f}",
                "rule": line["rule"],
                "because": _because(line),
            }
            for line in card["lines"]
        ]
        if rows:
            rows.append({"points": f"{card['value']:.2f}", "rule": "sum", "because": ""})
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
