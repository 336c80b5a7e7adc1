"""The command on what was refused."""

from typing import Annotated

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, print_json, print_rows

app = typer.Typer()


@app.command()
def rejected(
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many, the newest first.")] = 20,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """What was refused lately: when, whose, why, and the item as it came."""
    with connected(grpc, data) as engine:
        rows = engine.rejected(limit)
    if json:
        print_json(rows)
    else:
        print_rows(rows, "Nothing was refused.")
