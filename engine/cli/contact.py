"""Commands on one contact."""

from typing import Annotated, Any

import msgspec
import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.consent import print_consents
from engine.cli.output import Json, nobody, print_json, print_report, print_rows
from engine.errors import BadRequest, Unknown

app = typer.Typer()
TIMELINE = "timeline"
INTERNAL = {TIMELINE, "consents", "segments", "upheld", "capped", "wears"}
SHOWN_ELSEWHERE = ("run:", "segment:")
"""Timers that are told beside runs and memberships."""
MOST = 1_000
"""Log rows that one call may ask for."""


@app.command()
def contact(
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY",
            help="email:ada@example.com, user_id:42, phone:+33612345678, ..., or the id.",
        ),
    ],
    timeline: Annotated[int, typer.Option(min=0, max=MOST, help="Newest log rows to show.")] = 20,
    set_: Annotated[
        str,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Set an attribute; VALUE is JSON or text."
        ),
    ] = "",
    leave: Annotated[
        str, typer.Option("--exit", metavar="SCENARIO", help="End the contact's run.")
    ] = "",
    resume: Annotated[
        bool, typer.Option("--resume", help="Evaluate a parked contact again.")
    ] = False,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Show a contact: attributes, segments, scores, runs, and what happened to it."""
    with connected(grpc, data) as engine:
        if set_:
            engine.act(key, "set", *_assignment(set_))
        if leave:
            engine.act(key, "exit", leave)
        if resume:
            engine.act(key, "resume")
        found = engine.contact(key, timeline)
    if found is None:
        raise Unknown(nobody(key))
    if json:
        print_json(found)
        return
    rows = [_line(row) for row in found[TIMELINE]]
    print_report(_portrait(found))
    print("\nconsents")
    print_consents(found)
    print(f"\n{TIMELINE}")
    print_rows(rows, "Nothing to show.")


@app.command()
def history(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The contact's key or id.")],
    attribute: Annotated[str, typer.Argument(metavar="ATTRIBUTE", help="For example email.")],
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Every value that an attribute of a contact had, the newest first, and who set it."""
    with connected(grpc, data) as engine:
        found = engine.contact(key, MOST)
    if found is None:
        raise Unknown(nobody(key))
    changes = [change for row in found[TIMELINE] for change in _changes(row, attribute)]
    if json:
        print_json(changes)
    else:
        print_rows(changes, f"{attribute} was not set in the newest {MOST:,} log rows.")


def _portrait(found: dict[str, Any]) -> dict[str, Any]:
    """What people read of a contact: what is empty, and what only the engine reckons with, is left out."""
    told = {name: value for name, value in found.items() if value and name not in INTERNAL}
    told["keys"] = ", ".join(found["keys"])
    told["scores"] = {name: round(value, 2) for name, (value, _) in found["scores"].items()}
    told["timers"] = {
        name: at for name, at in found["timers"].items() if not name.startswith(SHOWN_ELSEWHERE)
    }
    return {name: value for name, value in told.items() if value != {}}


def _changes(row: dict[str, Any], attribute: str) -> list[dict[str, Any]]:
    return [
        {"at": at, "value": detail[0], "by": detail[1], "row": row["row"]}
        for what, subject, at, detail in row["facts"]
        if what == "changed" and subject == attribute
    ]


def _line(row: dict[str, Any]) -> dict[str, Any]:
    """One consumed message and what it caused, in words."""
    fields = row["fields"]
    what = fields.get("name") or fields.get("outcome") or fields.get("act") or ""
    return {
        "row": row["row"],
        "at": row["at"],
        "message": f"{row['message']} {what} {fields.get('key', '')}".strip(),
        "facts": ", ".join(f"{fact[0]} {fact[1]}" for fact in row["facts"]),
    }


def _assignment(text: str) -> tuple[str, Any]:
    """``newsletter=true`` -> ("newsletter", True); what is no JSON is text."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise BadRequest(f"--set takes NAME=VALUE, not {text!r}")
    try:
        return name, msgspec.json.decode(value)
    except msgspec.DecodeError:
        return name, value
