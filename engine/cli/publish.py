"""Commands that bring a workspace into force: plan shows what would change, apply does it; and take it back."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, instant, note, print_json, print_rows
from engine.cli.plan_text import lines
from engine.cli.workspace import Folder, counted, sentence
from engine.domain.language.scenario import Waiting as Choice
from engine.domain.rulebooks.choice import CHOICES, EVERY, chosen, rolled_back
from engine.domain.rulebooks.definitions import Definitions, encode
from engine.domain.surveys.plan import InForce, Plan
from engine.domain.surveys.plan import plan as compared
from engine.errors import BadRequest

if TYPE_CHECKING:
    from engine.rpc.client import Relance

app = typer.Typer()
CHANGES = 4
"""Changes of a version that a table shows."""
Waiting = Annotated[
    list[str] | None,
    typer.Option(
        "--waiting",
        metavar="[NAME=]CHOICE",
        help="What becomes of runs under way: pin, migrate or exit; without NAME in all that change.",
        show_default=False,
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="What it is for.")]


@app.command()
def plan(
    folder: Folder = Path(),
    waiting: Waiting = None,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Compare the workspace with what is in force: what would change, also for contacts under way."""
    from engine.loading.definitions import load

    definitions = load(folder)
    with connected(grpc, data) as engine:
        force = _in_force(engine)
    planned = compared(force, _under(force, definitions, waiting))
    if json:
        print_json(planned)
    else:
        print("\n".join(lines(planned)))


@app.command()
def apply(
    folder: Folder = Path(),
    yes: Yes = False,
    waiting: Waiting = None,
    note_: Note = "",
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
    _can_ask(yes)
    with connected(grpc, data) as engine:
        force = _in_force(engine)
        definitions = _under(force, definitions, waiting)
        planned = compared(force, definitions)
        if not yes:
            _ask(planned)
        version = engine.apply(encode(definitions), backfill=backfill, note=note_)
    if json:
        print_json({"version": version, "rebuilt": planned.rebuilt, "rows": planned.rows})
        return
    print(f"Version {version} is in force: {sentence(counted(definitions))}.")
    if planned.rebuilt:
        told = ", ".join(planned.rebuilt)
        print(f"Counted from {planned.rows:,} rows of the log: {told}. See relance status.")


@app.command()
def versions(
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="The latest so many.")] = 20,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """What was published when, by whom, what for, and what it changed."""
    with connected(grpc, data) as engine:
        found = engine.versions(limit)
    if json:
        print_json(found)
        return
    print_rows(
        [one | {"at": instant(one["at"]), "changes": _shortly(one["changes"])} for one in found]
    )


def _shortly(changes: Sequence[str]) -> str:
    """The first of them; a table has no room for a whole workspace."""
    more = len(changes) - CHANGES
    return "; ".join(changes[:CHANGES]) + (f"; and {more} more, see --json" if more > 0 else "")


@app.command()
def rollback(
    version: Annotated[
        int | None,
        typer.Argument(
            metavar="VERSION",
            min=1,
            show_default=False,
            help="An earlier version; default: the last that differs.",
        ),
    ] = None,
    yes: Yes = False,
    waiting: Waiting = None,
    note_: Note = "",
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Publish what an earlier version published again, as the next version."""
    _can_ask(yes)
    with connected(grpc, data) as engine:
        force = _in_force(engine)
        target, definitions = _earlier(engine, force, version)
        definitions = _under(force, definitions, waiting)
        planned = compared(force, definitions)
        if not yes:
            _ask(planned)
        told = note_ or f"roll back to version {target}"
        published = engine.apply(encode(definitions), note=told)
    if json:
        print_json({"version": published, "of": target})
    else:
        print(f"Version {published} is in force: it is version {target} again.")


def _earlier(engine: "Relance", force: InForce, version: int | None) -> tuple[int, Definitions]:
    """The version asked for, or the last one that publishing again would change something by."""
    for one in [version] if version else range(force.version - 1, 0, -1):
        published = msgspec.convert(engine.published(one), Definitions)
        definitions = rolled_back(force.definitions, published)
        if version or compared(force, definitions).next != force.version:
            return one, definitions
    raise BadRequest("no earlier version differs from the one in force")


def _in_force(engine: "Relance") -> InForce:
    return msgspec.convert(engine.rulebook(), InForce)


def _under(force: InForce, written: Definitions, waiting: Sequence[str] | None) -> Definitions:
    """Under the choices of the command line."""
    told = [one.rpartition("=")[::2] for one in waiting or ()]
    choices = {name or EVERY: choice for name, choice in told}
    for choice in choices.values():
        if choice not in CHOICES:
            raise BadRequest(f"{choice!r} cannot become of runs; {', '.join(CHOICES)} can")
    try:
        return chosen(force.definitions, written, msgspec.convert(choices, dict[str, Choice]))
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _can_ask(yes: bool) -> None:
    if not yes and not sys.stdin.isatty():
        raise BadRequest("nobody can be asked here; say --yes to publish")


def _ask(planned: Plan) -> None:
    """Goes on when there is nothing to decide. Raises Abort when the answer is no."""
    note("\n".join(lines(planned)))
    if planned.next != planned.version:
        typer.confirm("Publish it?", abort=True, err=True)
