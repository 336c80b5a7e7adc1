"""The command on the names of events."""

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, print_json, print_rows

app = typer.Typer()


@app.command()
def events(grpc: Grpc = "", data: Data = None, json: Json = False) -> None:
    """Which events came so far: their names, and the days of the first and the last."""
    with connected(grpc, data) as engine:
        found = engine.event_names()
    if json:
        print_json(found)
    else:
        print_rows(found, "No event has come yet.")
