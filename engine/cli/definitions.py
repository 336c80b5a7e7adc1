"""Commands on what is published: segments and scenarios, with their figures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli import starting
from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, print_json, print_report, print_rows
from engine.cli.standing import print_standing
from engine.cli.survey import days_of, print_forecast, progress
from engine.errors import BadRequest, Unknown
from engine.loading.nearest import meant

if TYPE_CHECKING:
    from engine.rpc.client import Relance

app = typer.Typer()
Name = Annotated[str, typer.Argument(metavar="NAME", help="Only this one.", show_default=False)]


@app.command()
def segment(
    name: Name = "",
    why: Annotated[
        str,
        typer.Option("--why", metavar="KEY", help="Why this contact is in NAME, and how long."),
    ] = "",
    forecast: Annotated[
        str,
        typer.Option("--forecast", metavar="14d", help="Who leaves and enters NAME by time alone."),
    ] = "",
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Segments and how many contacts are in them; why one contact is in one, or not; what time brings."""
    if (why or forecast) and not name:
        raise BadRequest("say which segment to ask about")
    with connected(grpc, data) as engine:
        if forecast:
            _forecast(engine, name, days_of(forecast), json=json)
            return
        if not why:
            _show("segment", name, engine.segments(), json=json)
            return
        found = engine.membership(name, why)
    if json:
        print_json(found)
    else:
        print_standing(name, why, found)


@app.command()
def scenario(  # noqa: PLR0913, PLR0917 - each is an option of the command
    name: Name = "",
    pause: Annotated[
        bool | None,
        typer.Option("--pause/--resume", show_default=False, help="Stop NAME, or let it go on."),
    ] = None,
    start: starting.Start = "",
    start_list: starting.StartList = "",
    start_segment: starting.StartSegment = "",
    label: starting.Label = "",
    properties: starting.Properties = None,
    count: starting.Count = False,
    yes: starting.Yes = False,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Scenarios, their runs and what came of them; start one by hand."""
    wanted = starting.wanted(
        start, start_list, start_segment, label, properties, count=count, yes=yes
    )
    if (pause is not None or wanted) and not name:
        raise BadRequest("say which scenario to pause, resume or start")
    with connected(grpc, data) as engine:
        if pause is not None:
            engine.pause("scenario", name, pause)
        if wanted is not None and wanted.many:
            starting.start_many(engine, name, wanted, json=json)
            return
        if wanted is not None:
            engine.act(wanted.key, "start", name, wanted.properties or None)
        _show("scenario", name, engine.scenarios(), json=json)


@app.command()
def channel(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="email, sms, or an endpoint: webhook/crm.")
    ],
    pause: Annotated[
        bool | None,
        typer.Option("--pause/--resume", show_default=False, help="Hold its messages, or go on."),
    ] = None,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Stop sending on a channel, or let it go on; messages wait meanwhile."""
    if pause is None:
        raise BadRequest(f"say what becomes of {name}: --pause or --resume")
    with connected(grpc, data) as engine:
        engine.pause("channel", name, pause)
    if json:
        print_json({"channel": name, "paused": pause})
    else:
        print(f"{name} is paused." if pause else f"{name} goes on.")


def _forecast(engine: "Relance", name: str, days: int, *, json: bool) -> None:
    with progress() as tell:
        found = engine.surveys.forecast(name, days, tell)
    if json:
        print_json(found)
    else:
        print_forecast(found)


def _show(word: str, name: str, rows: Sequence[dict[str, Any]], *, json: bool) -> None:
    chosen = [row for row in rows if name in ("", row.get(word), row.get("name"))]
    if name and not chosen:
        known = [row.get(word) or row.get("name", "") for row in rows]
        raise Unknown(f"there is no {word} {name}; {meant(name, known)}")
    if json:
        print_json(chosen[0] if name else chosen)
    elif name:
        print_report(chosen[0])
    else:
        print_rows(chosen, f"There is no {word}; write one and publish it with relance apply.")
