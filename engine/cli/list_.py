"""Commands on lists: who is on one, put there by hand or from a file."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.import_ import (
    Again,
    DryRun,
    Errors,
    MappingFile,
    WithRows,
    bring,
    in_force,
    rehearse,
    tell,
)
from engine.cli.output import Json, note, print_json, print_rows
from engine.errors import Unknown

app = typer.Typer()
lists = typer.Typer(help="Lists: their sizes, and who is put on them or taken off.")
app.add_typer(lists, name="list")
Named = Annotated[str, typer.Argument(metavar="NAME", help="As lists.yaml declares it.")]
Keys = Annotated[
    list[str],
    typer.Argument(metavar="KEY...", help="email:ada@example.com, user_id:42, ... or contact ids."),
]


@lists.callback(invoke_without_command=True)
def sizes(context: typer.Context, grpc: Grpc = "", data: Data = None, json: Json = False) -> None:
    """Lists with how many contacts are on them."""
    if context.invoked_subcommand:
        return
    with connected(grpc, data) as engine:
        found = engine.lists()
    if json:
        print_json(found)
    else:
        print_rows(found, "No list is declared; write lists.yaml and publish it.")


@lists.command()
def add(
    name: Named,
    keys: Keys,
    create: Annotated[
        bool, typer.Option("--create", help="A key that nobody has makes a contact.")
    ] = False,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Put contacts on a list. Scenarios that begin with it start."""
    with connected(grpc, data) as engine:
        _changed(engine.change_list(name, keys, create=create), "put on", json=json)


@lists.command()
def remove(name: Named, keys: Keys, grpc: Grpc = "", data: Data = None, json: Json = False) -> None:
    """Take contacts off a list."""
    with connected(grpc, data) as engine:
        _changed(engine.change_list(name, keys, quit_=True), "taken off", json=json)


@lists.command("import")
def import_(  # noqa: PLR0913, PLR0917 - each is an option of the command
    name: Named,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", show_default=False, help=".csv, .jsonl or .parquet")
    ],
    known: Annotated[
        bool,
        typer.Option("--known", help="Refuse rows of people nobody knows; else they are made."),
    ] = False,
    mapping: MappingFile = None,
    dry_run: DryRun = False,
    again: Again = False,
    errors: Errors = None,
    with_rows: WithRows = False,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Put everybody in a file on a list. Columns are those of `import contacts`; scenarios do not react.

    Begun again after it was cut off, it goes on where it was.
    """
    from engine.cli.bulk.mapping import read_mapping
    from engine.cli.bulk.origin import FileOrigin

    mapped = read_mapping(mapping).always({"properties.list": name, "properties.known": known})
    origin, begun = FileOrigin(file, mapped), time.monotonic()
    origin.digest = f"{name} {origin.digest}"
    if dry_run:
        told = rehearse("list", origin, mapped, *in_force(grpc, data))
    else:
        beside = errors or Path(f"{file}.errors.csv")
        with connected(grpc, data) as engine:
            _check(name, [one["list"] for one in engine.lists()])
            told = bring(
                engine, "list", origin, mapped, beside, rows=with_rows, again=again, quiet=json
            )
    tell(told | {"list": name, "seconds": round(time.monotonic() - begun, 3)}, json=json)
    raise typer.Exit(1 if told["rejected"] else 0)


def _check(name: str, known: list[str]) -> None:
    from engine.loading.nearest import meant

    if name not in known:
        raise Unknown(f"lists.yaml declares no list {name}; {meant(name, known)}")


def _changed(told: dict[str, Any], done: str, *, json: bool) -> None:
    if json:
        print_json(told)
    else:
        print(f"{told['taken']} {done} {told['list']}")
        for key in told["unknown"]:
            note(f"nobody has {key}")
    raise typer.Exit(1 if told["unknown"] else 0)
