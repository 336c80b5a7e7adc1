"""The command on the lifecycle: how many contacts are in each stage, and who went where."""

from typing import Annotated, Any

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, note, print_json, print_rows

app = typer.Typer()
NOWHERE = "-"
"""Stands for no stage."""


@app.command()
def lifecycle(
    days: Annotated[int, typer.Option(min=1, help="Flows of the last so many days.")] = 30,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Stages of the lifecycle: contacts in each, and how many went from which to which."""
    with connected(grpc, data) as engine:
        found = engine.lifecycle(days)
    if json:
        print_json(found)
        return
    if not found["stages"]:
        note("There is no stage; write lifecycle.yaml and publish it with relance apply.")
        return
    print_rows(found["stages"])
    print(f"\nFrom (rows) to (columns) since {found['since']}")
    print_rows(matrix(found))


def matrix(found: dict[str, Any]) -> list[dict[str, Any]]:
    """A row for each stage that contacts left, a column for each that they reached."""
    named = [one["stage"] for one in found["stages"]]
    flows = {(one["from"], one["to"]): one["contacts"] for one in found["flows"]}
    gone = sorted({stage for flow in flows for stage in flow} - {*named, ""})
    stages = [*named, *gone, ""]
    return [
        {"from": source or NOWHERE}
        | {target or NOWHERE: flows.get((source, target), 0) for target in stages}
        for source in stages
    ]
