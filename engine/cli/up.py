"""The command that runs the engine until it is told to stop."""

import os
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
    json: Json = False,
) -> None:
    """Run the engine until SIGTERM or Ctrl-C. With --json, one line says when it is ready."""
    from engine import bootstrap
    from engine.loading.settings import load_settings

    given = {
        "RELANCE_RUNTIME__RUNTIME": runtime,
        "RELANCE_RPC__GRPC": grpc,
        "RELANCE_RPC__HTTP": http,
    }
    environ = {**os.environ, **{name: value for name, value in given.items() if value}}

    def ready(state: dict[str, Any]) -> None:
        if json:
            print_json({"ready": True, **state})
        else:
            note(f"Ready: gRPC at {state['grpc']}, HTTP at {state['http']}. Ctrl-C stops it.")

    settings = load_settings(workspace, environ)
    raise typer.Exit(bootstrap.serve(workspace, data, settings, ready))
