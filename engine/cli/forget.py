"""Commands for what a person may ask of us: to be forgotten, to be told, to know who looked."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, note, print_json, print_report, print_rows
from engine.domain.duration import DAY
from engine.errors import BadRequest

app = typer.Typer()

Key = Annotated[
    str,
    typer.Argument(
        metavar="KEY", help="email:ada@example.com, user_id:42, anonymous_id:x, or the id."
    ),
]


@app.command()
def forget(
    key: Key,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Erase a person everywhere, for ever; only keyed hashes stay, which refuse their return by import."""
    if not yes:
        _confirm(key)
    with connected(grpc, data) as engine:
        report = engine.privacy.forget(key)
    if json:
        print_json(report)
        return
    print_report(report)
    note(
        "Erased. No import brings this person back; an event of theirs from now on is a new contact's."
    )


def _confirm(key: str) -> None:
    if not sys.stdin.isatty():
        raise BadRequest("this cannot be undone: say --yes where nobody can be asked")
    if not typer.confirm(f"Erase {key} and everything of theirs, for ever?", err=True):
        raise typer.Exit(1)


@app.command()
def dossier(
    key: Key,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to write; a .zip file.")
    ] = None,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Write everything that is held of a person into an archive: JSON, and a page to read."""
    from engine.cli.archive import write

    path = out or Path("dossier.zip")
    if path.exists():
        raise BadRequest(f"{path} is there already; name another file with --out")
    with connected(grpc, data) as engine:
        counts = write(path, key, engine.privacy.dossier(key))
    if json:
        print_json({"file": str(path), "counts": counts})
        return
    print_report({"file": str(path), **counts})
    note("It holds personal data: only you can read the file.")


@app.command()
def audit(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="The newest lines.")] = 100,
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Who did what, when, to what: ids and keyed hashes, never an address."""
    with connected(grpc, data) as engine:
        rows = engine.privacy.audit(limit)
    if json:
        print_json(rows)
    else:
        print_rows(rows, "Nobody has done anything yet.")


@app.command()
def retention(grpc: Grpc = "", data: Data = None, json: Json = False) -> None:
    """What is kept for how long, what was deleted, and whom a rule of retention erased."""
    with connected(grpc, data) as engine:
        report = engine.privacy.retention()
    if json:
        print_json(report)
        return
    erased: list[dict[str, Any]] = report.pop("erased", [])
    report["kept"] = {name: _span(length) for name, length in report["kept"].items()}
    print_report(report)
    print_rows([_line(row) for row in erased], "Nobody was erased.")


def _span(length: int) -> str:
    """``396d``, for so many ms that a rule keeps something."""
    return f"{length / DAY:g}d" if length else "for ever"


def _line(row: dict[str, Any]) -> dict[str, Any]:
    """One erasure in words."""
    gone = ", ".join(f"{count} {table}" for table, count in row["erased"].items() if count)
    return {"at": row["at"], "by": row["by"], "rule": row["rule"], "erased": gone or "not yet"}
