"""The command that brings people and their history in: from files, or from any SQL database."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, note, print_json
from engine.errors import BadRequest, RequestError

if TYPE_CHECKING:
    from engine.cli.bulk.catalog import Catalog
    from engine.cli.bulk.importing import Importing
    from engine.cli.bulk.mapping import Mapping
    from engine.cli.bulk.origin import Origin
    from engine.cli.bulk.progress import Progress
    from engine.rpc.client import Relance

app = typer.Typer()
Kind = Literal["contacts", "events", "orders", "catalog", "consents"]
OrList = Kind | Literal["list"]
File = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", show_default=False, help=".csv, .jsonl or .parquet"),
]
MappingFile = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="YAML", show_default=False, help="Which column is what."),
]
Errors = Annotated[
    Path | None,
    typer.Option(
        "--errors",
        metavar="CSV",
        show_default=False,
        help="Where rows that cannot go in are told.  [default: FILE.errors.csv]",
    ),
]
WithRows = Annotated[
    bool,
    typer.Option(
        "--with-rows",
        help="Also write the rows themselves there. No erasure will find them: delete the file.",
    ),
]
Url = Annotated[
    str,
    typer.Option("--from-sql", metavar="URL", show_default=False, help="As SQLAlchemy takes it."),
]
Query = Annotated[
    str, typer.Option("--query", metavar="SQL", show_default=False, help="What to read there.")
]
Cursor = Annotated[
    str,
    typer.Option(
        "--cursor",
        metavar="COLUMN",
        show_default=False,
        help="A column that only grows: next time only what is new is read.",
    ),
]
Job = Annotated[
    str,
    typer.Option(
        "--job", metavar="NAME", show_default=False, help="Under which a query's cursor is kept."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read everything, send nothing.")]
Again = Annotated[bool, typer.Option("--again", help="Although it was imported before.")]


@app.command("import")
def import_(  # noqa: PLR0913, PLR0917 - each is an option of the command
    kind: Annotated[
        Kind, typer.Argument(metavar="KIND", help="contacts, events, orders, catalog or consents.")
    ],
    file: File = None,
    mapping: MappingFile = None,
    dry_run: DryRun = False,
    again: Again = False,
    errors: Errors = None,
    with_rows: WithRows = False,
    from_sql: Url = "",
    query: Query = "",
    cursor: Cursor = "",
    job: Job = "",
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Bring contacts, events, orders, a catalog or consents in. Scenarios do not react to what is imported.

    Begun again after it was cut off, it goes on where it was. Columns are known by their own names
    (email, phone, user_id, anonymous_id, consent_<channel>, order_id, ...) or by a mapping.
    """
    from engine.cli.bulk.mapping import read_mapping

    mapped = read_mapping(mapping)
    origin = _origin(file, mapped, from_sql, query, cursor, job)
    begun = time.monotonic()
    if dry_run:
        told = rehearse(kind, origin, mapped, *in_force(grpc, data))
    else:
        beside = errors or Path(f"{file or job or kind}.errors.csv")
        with connected(grpc, data) as engine:
            told = bring(
                engine, kind, origin, mapped, beside, rows=with_rows, again=again, quiet=json
            )
    told["seconds"] = round(time.monotonic() - begun, 3)
    tell(told, json=json)
    raise typer.Exit(1 if told["rejected"] else 0)


def _origin(
    file: Path | None, mapping: "Mapping", url: str, query: str, cursor: str, job: str
) -> "Origin":
    from engine.cli.bulk.origin import FileOrigin, QueryOrigin

    if bool(url) == bool(file):
        raise BadRequest("name a file, or --from-sql URL with --query SQL")
    if file:
        return FileOrigin(file, mapping)
    if not query:
        raise BadRequest("--from-sql needs --query SQL")
    from engine.store.source import Source

    return QueryOrigin(Source(url, query, cursor), cursor, job, query)


def bring(
    engine: "Relance",
    kind: OrList,
    origin: "Origin",
    mapping: "Mapping",
    beside: Path,
    *,
    rows: bool,
    again: bool,
    quiet: bool,
) -> dict[str, Any]:
    from engine.cli.bulk.error_file import ErrorFile
    from engine.cli.bulk.fields import Fields
    from engine.cli.bulk.importing import CHUNK, Importing
    from engine.cli.bulk.rows import Reader
    from engine.rpc import relance_pb2 as pb

    if kind == "catalog":
        return _import_catalog(engine, origin, mapping, beside, rows=rows, quiet=quiet)
    reading = sha256(f"{mapping.digest} {CHUNK} {sorted(origin.about.items())}".encode())
    job = engine.imports.open(
        pb.ImportOpening(
            kind=kind,
            name=origin.name,
            digest=origin.digest,
            reading=reading.hexdigest(),
            grows=origin.grows,
            again=again,
        )
    )
    mapping = mapping.of_country(job.country)
    fields = Fields(kind, mapping, dict(job.declared), text=origin.text)
    importing = Importing(engine.imports, job, origin, Reader(fields))
    done = importing.progress
    resumed = done.rows
    errors = (
        ErrorFile.continued(beside, done.line, rows=rows)
        if resumed
        else ErrorFile.begun(beside, rows=rows)
    )
    try:
        with _progress(kind, origin.total, quiet=quiet) as tell:
            importing.run(errors, tell)
    finally:
        errors.close()
    return _report(kind, origin, fields.meant(), importing, resumed) | {
        "job": job.job,
        "errors": str(beside) if done.rejected else None,
    }


def _import_catalog(
    engine: "Relance",
    origin: "Origin",
    mapping: "Mapping",
    beside: Path,
    *,
    rows: bool,
    quiet: bool,
) -> dict[str, Any]:
    from engine.cli.bulk.catalog import Catalog
    from engine.cli.bulk.error_file import ErrorFile
    from engine.cli.bulk.fields import Fields

    fields = Fields("catalog", mapping, {}, text=origin.text)
    catalog, errors = Catalog(engine, origin, fields), ErrorFile.begun(beside, rows=rows)
    try:
        with _progress("catalog", origin.total, quiet=quiet) as tell:
            catalog.run(errors, tell)
    finally:
        errors.close()
    failed = str(beside) if catalog.progress.rejected else None
    return _report("catalog", origin, fields.meant(), catalog, 0) | {"errors": failed}


def _report(
    kind: OrList,
    origin: "Origin",
    columns: dict[str, str],
    done: "Importing | Catalog",
    resumed: int,
) -> dict[str, Any]:
    progress = done.progress
    return {
        "kind": kind,
        "name": origin.name,
        **origin.about,
        "rows": progress.rows,
        "resumed_after": resumed,
        "accepted": progress.accepted,
        "duplicates": progress.duplicates,
        "rejected": progress.rejected,
        "columns": columns,
        "problems": [problem.told() for problem in done.problems],
    }


def in_force(grpc: str, data: Path | None) -> tuple[str, dict[str, str]]:
    """The country and the types of attributes of an engine; nothing where none answers."""
    try:
        with connected(grpc, data) as engine:
            force = engine.rulebook()["definitions"]
    except RequestError:
        return "", {}
    return force["country"], {one["attribute"]: one["type"] for one in force["attributes"]}


def rehearse(
    kind: OrList, origin: "Origin", mapping: "Mapping", country: str, declared: dict[str, str]
) -> dict[str, Any]:
    """What would become of each row; ``declared`` are the types of attributes."""
    from engine.cli.bulk.catalog import product
    from engine.cli.bulk.fields import Fields
    from engine.cli.bulk.importing import SHOWN
    from engine.cli.bulk.problem import Problem
    from engine.cli.bulk.progress import Progress
    from engine.cli.bulk.rows import Reader

    fields = Fields(kind, mapping.of_country(country), declared, text=origin.text)
    read = partial(product, fields) if kind == "catalog" else Reader(fields).read
    rows = rejected = 0
    problems: list[Problem] = []
    for found in origin.rows(Progress()):
        made = found if isinstance(found, Problem) else read(found)
        rows += 1
        if isinstance(made, Problem):
            rejected += 1
            problems += [made] if len(problems) < SHOWN else []
    return {
        "kind": kind,
        "name": origin.name,
        **origin.about,
        "dry_run": True,
        "rows": rows,
        "accepted": rows - rejected,
        "rejected": rejected,
        "columns": fields.meant(),
        "problems": [problem.told() for problem in problems],
    }


@contextmanager
def _progress(kind: str, total: int | None, *, quiet: bool) -> Iterator[Any]:
    """A bar where somebody looks."""

    def say_nothing(_done: "Progress") -> None:
        return

    if quiet or not sys.stderr.isatty():
        yield say_nothing
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(kind.capitalize(), total=total)
        yield lambda done: bar.update(task, completed=done.rows)


def tell(told: dict[str, Any], *, json: bool) -> None:
    if json:
        print_json(told)
        return
    named = ("rows", "accepted", "duplicates", "rejected")
    print(", ".join(f"{told[name]} {name}" for name in named if name in told))
    if told.get("dry_run"):
        for column, meant in told["columns"].items():
            print(f"  {column}: {meant}")
    for problem in islice(told["problems"], 5):
        where = f", {problem['column']}" if problem["column"] else ""
        note(f"line {problem['line']}{where}: {problem['reason']} ({problem['code']})")
    if told.get("errors"):
        note(f"every row that did not go in: {told['errors']}")
