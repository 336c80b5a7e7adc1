"""Hand-offs: the list for the lead manager, what is decided, and what an operator raises."""

from typing import Annotated, Any

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, instant, print_json, print_rows
from engine.errors import BadRequest

app = typer.Typer()
ACTS = ("accept", "return", "reject", "raise")
MOST = 1_000
STATUSES = ("open", "accepted", "returned", "rejected")


@app.command()
def handoff(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="accept|return|reject ID | raise KEY NAME | KEY",
            help="What to do, or whom to look at. ID is a hand-off, or a contact with one open.",
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why; a return and a rejection need it.")
    ] = "",
    until: Annotated[
        str,
        typer.Option(metavar="TIME", help="When a returned one may come back: 2026-01-31, or 30d."),
    ] = "",
    owner: Annotated[str, typer.Option(metavar="NAME", help="Only those of this owner.")] = "",
    status: Annotated[
        str, typer.Option(metavar="STATUS", help=f"Only {', '.join(STATUSES)} ones.")
    ] = "",
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """List hand-offs, open ones first by their deadline; look at one contact's; decide; raise one."""
    if status and status not in STATUSES:
        raise BadRequest(f"{status!r} is none of {', '.join(STATUSES)}")
    given = words or []
    with connected(grpc, data) as engine:
        match given:
            case []:
                found = engine.handoffs(owner=owner, status=status, limit=MOST)
                print_json(found) if json else print_rows(_rows(found), "No hand-offs.")
            case ["raise", key, name]:
                _show(engine.raise_handoff(key, name, reason), json)
            case ["accept" | "return" | "reject" as act, which]:
                _show(engine.decide_handoff(which, act, reason, until), json)
            case [key] if key not in ACTS:
                details = engine.handoffs(key=key)
                print_json(details) if json else _print_all(details)
            case _:
                raise BadRequest("say `relance handoff accept ID`, or see `relance handoff --help`")


def _rows(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "id": one["id"],
            "hand-off": one["handoff"],
            "contact": ", ".join(one["keys"]) or one["contact"],
            "reason": one["reason"],
            "owner": one["owner"],
            "status": one["status"],
            "deadline": instant(one["deadline"]),
            "decided": f"{instant(one['closed'])} {one['by']}" if one["closed"] else "",
        }
        for one in found
    ]


def _show(held: dict[str, Any], json: bool) -> None:
    print_json(held) if json else _print_all([held])


def _print_all(found: list[dict[str, Any]]) -> None:
    if not found:
        print_rows([], "No hand-offs.")
    for one in found:
        print("\n".join(_lines(one)))


def _lines(one: dict[str, Any]) -> list[str]:
    """A hand-off for a person to read."""
    lines = [f"{one['id']}  {one['title'] or one['handoff']}: {one['status']}"]
    lines.append(f"  because {one['reason']}")
    lines.append(
        f"  owner {one['owner']}, raised {instant(one['raised'])}, by {instant(one['deadline'])}"
    )
    if one["reminded"]:
        lines.append(f"  reminded {instant(one['reminded'])}")
    if one["escalated"]:
        lines.append(f"  escalated to {one['escalated_to']} {instant(one['escalated'])}")
    lines += [f"  score {line['score']} {line['value']:g}" for line in one["lines"]]
    lines += [f"  did {action['name']} {instant(action['at'])}" for action in one["actions"]]
    if one["closed"]:
        words = f": {one['words']}" if one["words"] else ""
        back = f", back from {instant(one['until'])} on" if one["until"] else ""
        lines.append(f"  {one['status']} by {one['by']} {instant(one['closed'])}{words}{back}")
    return lines
