"""The command that runs the engine until it is told to stop."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from engine.cli.output import Json, note, print_json

app = typer.Typer()
Runtime = Literal["ray", "in-process"]


@app.command()
def up(
    workspace: Annotated[
        Path, typer.Option(envvar="RELANCE_WORKSPACE", metavar="DIR", help="What to run.")
    ] = Path("config"),
    data: Annotated[
        Path, typer.Option(envvar="RELANCE_DATA", metavar="DIR", help="Where contacts are kept.")
    ] = Path("data"),
    runtime: Annotated[Runtime | None, typer.Option(help="Goes before engine.toml.")] = None,
    grpc: Annotated[str, typer.Option(metavar="HOST:PORT", help="Goes before engine.toml.")] = "",
    http: Annotated[str, typer.Option(metavar="HOST:PORT", help="Goes before engine.toml.")] = "",
    once: Annotated[
        bool, typer.Option("--once", help="End when it fails; another program starts it again.")
    ] = False,
    json: Json = False,
) -> None:
    """Run the engine until SIGTERM or Ctrl-C. With --json, one line says when it is ready."""
    from engine.runtime.processes.keeper import RESTARTS, keep

    restarts = os.environ.get(RESTARTS)
    if sys.platform == "linux" and restarts is None and not once:
        raise typer.Exit(keep([sys.executable, "-m", "engine", *sys.argv[1:]]))

    def ready(state: dict[str, Any]) -> None:
        if restarts not in (None, "0"):
            return  # it was said already, and once is promised
        if json:
            print_json({"ready": True, **state})
        else:
            note(f"Ready: gRPC at {state['grpc']}, HTTP at {state['http']}. Ctrl-C stops it.")

    from engine import bootstrap
    from engine.loading.settings import load_settings
    from engine.logs import log_to_stderr

    log_to_stderr()
    given = {"RUNTIME__RUNTIME": runtime, "RPC__GRPC": grpc, "RPC__HTTP": http}
    options = {f"RELANCE_{name}": value for name, value in given.items() if value}
    settings = load_settings(workspace, {**os.environ, **options})
    raise typer.Exit(bootstrap.serve(workspace, data, settings, ready))
