"""The command that looks for anything in the store that contradicts itself."""

import sys
from pathlib import Path
from typing import Any

import typer

from engine.cli.connection import Data, Grpc, at_rest, connected
from engine.cli.output import Json, note, print_json, print_report

app = typer.Typer()


@app.command()
def fsck(grpc: Grpc = "", data: Data = None, json: Json = False) -> None:
    """Check every row against the log: of a running engine, or of a data folder at rest."""
    folder = at_rest(grpc, data)
    if folder is not None:
        found = _offline(folder, quiet=json or not sys.stderr.isatty())
    else:
        with connected(grpc, data) as engine:
            found = engine.fsck()
    if json:
        print_json(found)
    else:
        for finding in found["findings"]:
            print(finding)
        print_report(found.get("checked", {}))
        note("Nothing found." if not found["findings"] else f"{len(found['findings'])} findings.")
    raise typer.Exit(1 if found["findings"] else 0)


def _offline(data: Path, *, quiet: bool) -> dict[str, Any]:
    from rich.console import Console

    from engine import offline

    console = Console(stderr=True, quiet=quiet)
    with console.status("Checking") as shown:
        return offline.fsck(data, lambda rows: shown.update(f"Checking: {rows:,} rows"))
