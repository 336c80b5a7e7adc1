"""Commands that bring a workspace into force: plan shows what would change, apply does it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, note, print_json
from engine.cli.plan_text import lines
from engine.cli.workspace import Folder, counted, sentence
from engine.domain.definitions import Definitions, encode
from engine.domain.plan import InForce, Plan
from engine.domain.plan import plan as compared
from engine.errors import BadRequest

if TYPE_CHECKING:
    from engine.rpc.client import Relance

app = typer.Typer()


@app.command()
def plan(folder: Folder = Path(), grpc: Grpc = "", data: Data = None, json: Json = False) -> None:
    """Compare the workspace with what is in force: what would change, also for contacts under way."""
    from engine.loading.definitions import load

    definitions = load(folder)
    with connected(grpc, data) as engine:
        planned = _planned(engine, definitions)
    if json:
        print_json(planned)
    else:
        print("\n".join(lines(planned)))


@app.command()
def apply(
    folder: Folder = Path(),
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    backfill: Annotated[
        bool,
        typer.Option(
            "--backfill-triggers", help="Who enters a segment by the log's past starts runs."
        ),
    ] = False,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Publish the workspace's definitions to a running engine, as its next version."""
    from engine.loading.definitions import load

    definitions = load(folder)
    if not yes and not sys.stdin.isatty():
        raise BadRequest("nobody can be asked here; say --yes to publish")
    with connected(grpc, data) as engine:
        planned = _planned(engine, definitions)
        if not yes:
            _ask(planned)
        version = engine.apply(encode(definitions), backfill=backfill)
    if json:
        print_json({"version": version, "rebuilt": planned.rebuilt, "rows": planned.rows})
        return
    print(f"Version {version} is in force: {sentence(counted(definitions))}.")
    if planned.rebuilt:
        told = ", ".join(planned.rebuilt)
        print(f"Counted from {planned.rows:,} rows of the log: {told}. See relance status.")


def _planned(engine: "Relance", written: Definitions) -> Plan:
    return compared(msgspec.convert(engine.rulebook(), InForce), written)


def _ask(planned: Plan) -> None:
    """Goes on when there is nothing to decide. Raises Abort when the answer is no."""
    note("\n".join(lines(planned)))
    if planned.next != planned.version:
        typer.confirm("Publish it?", abort=True, err=True)
