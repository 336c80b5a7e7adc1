"""Commands on what is published: segments and scenarios, with their figures."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, print_json, print_report, print_rows
from engine.cli.standing import print_standing
from engine.errors import BadRequest, Unknown

app = typer.Typer()
Name = Annotated[str, typer.Argument(metavar="[NAME]", help="Only this one.", show_default=False)]


@app.command()
def segment(
    name: Name = "",
    why: Annotated[
        str,
        typer.Option("--why", metavar="KEY", help="Why this contact is in NAME, and how long."),
    ] = "",
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Segments and how many contacts are in them; or why one contact is in one, or not."""
    if why and not name:
        raise BadRequest("say which segment to ask --why about")
    with connected(grpc, data) as engine:
        if not why:
            _show("segment", name, engine.segments(), json=json)
            return
        found = engine.membership(name, why)
    if json:
        print_json(found)
    else:
        print_standing(name, why, found)


@app.command()
def scenario(
    name: Name = "",
    pause: Annotated[
        bool | None,
        typer.Option("--pause/--resume", show_default=False, help="Stop NAME, or let it go on."),
    ] = None,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Scenarios, their runs and what came of them."""
    if pause is not None and not name:
        raise BadRequest("say which scenario to pause or resume")
    with connected(grpc, data) as engine:
        if pause is not None:
            engine.pause("scenario", name, pause)
        _show("scenario", name, engine.scenarios(), json=json)


@app.command()
def channel(
    name: Annotated[str, typer.Argument(help="For example email.")],
    pause: Annotated[bool, typer.Option("--pause/--resume", show_default=False)],
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Stop sending on a channel, or let it go on; messages wait meanwhile."""
    with connected(grpc, data) as engine:
        engine.pause("channel", name, pause)
    if json:
        print_json({"channel": name, "paused": pause})
    else:
        print(f"{name} is paused." if pause else f"{name} goes on.")


def _show(word: str, name: str, rows: Sequence[dict[str, Any]], *, json: bool) -> None:
    chosen = [row for row in rows if name in ("", row.get(word), row.get("name"))]
    if name and not chosen:
        raise Unknown(f"there is no {word} {name}")
    if json:
        print_json(chosen[0] if name else chosen)
    elif name:
        print_report(chosen[0])
    else:
        print_rows(chosen, f"There is no {word}; write one and publish it with relance apply.")
