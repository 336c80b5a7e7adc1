"""The command that shows how a running engine does."""

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, print_json, print_report

app = typer.Typer()


@app.command()
def status(grpc: Grpc = "", data: Data = None, json: Json = False) -> None:
    """Events, contacts, messages, timers and runs, and what is wrong."""
    with connected(grpc, data) as engine:
        found = engine.status()
    if json:
        print_json(found)
    else:
        print_report(found)


@app.command("confirm-clock")
def confirm_clock(grpc: Grpc = "", data: Data = None, json: Json = False) -> None:
    """Let timers go on after a step of this machine's clock stopped them."""
    with connected(grpc, data) as engine:
        engine.confirm_clock()
    if json:
        print_json({"confirmed": True})
    else:
        print("Timers go on.")
