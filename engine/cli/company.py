"""The command on companies: what their contacts made them worth."""

from typing import Annotated

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, print_json, print_report, print_rows
from engine.errors import Unknown

app = typer.Typer()


@app.command()
def company(
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="Its group id; all without.", show_default=False)
    ] = "",
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Companies: attributes, contacts and scores."""
    with connected(grpc, data) as engine:
        found = engine.company(key) if key else engine.companies()
    if found is None:
        raise Unknown(f"there is no company {key}")
    if json:
        print_json(found)
    elif isinstance(found, dict):
        print_report(found)
    else:
        rows = [{**one, "contacts": len(one["contacts"])} for one in found]
        print_rows(rows, "There is no company; group calls make them.")
