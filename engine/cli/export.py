"""The command that takes people and their history out, into files."""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Any, Literal

import typer

from engine.cli.connection import Data, Grpc, connected
from engine.cli.output import Json, note, print_json
from engine.errors import BadRequest
from engine.loading.nearest import meant

app = typer.Typer()
Kind = Literal["contacts", "segment", "list", "events", "messages"]
_NAMED = ("segment", "list")
Words = Annotated[
    list[str],
    typer.Argument(
        metavar="[NAME] FILE",
        help="A segment's or list's name, then .csv, .jsonl, .parquet, or - for stdout.",
    ),
]
Columns = Annotated[
    str, typer.Option("--columns", metavar="A,B,...", show_default=False, help="Only these.")
]
Since = Annotated[
    str,
    typer.Option(
        "--since",
        metavar="TIME",
        show_default=False,
        help="Contacts that were seen since, events and messages that came since: 2026-03-29[T09:00:00Z].",
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "--format", metavar="csv|jsonl|parquet", show_default=False, help="Else by the ending."
    ),
]


@app.command()
def export(
    kind: Annotated[
        Kind, typer.Argument(metavar="KIND", help="contacts, segment, list, events or messages.")
    ],
    words: Words,
    columns: Columns = "",
    since: Since = "",
    form: Format = "",
    grpc: Grpc = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Write contacts, those of a segment or a list, events, or what became of messages, into a file.

    What `export contacts` writes, `import contacts` takes.
    """
    from engine.cli.bulk.sheet import format_of, write

    name, file = _named(kind, words)
    of = {"segment": name} if kind == "segment" else {"list_": name} if kind == "list" else {}
    form = format_of(file, form)
    begun = time.monotonic()
    with connected(grpc, data) as engine, _opened(file) as stream:
        rows = engine.exports.read(
            "contacts" if kind in _NAMED else kind, since=_instant(since), **of
        )
        chosen = [one.strip() for one in columns.split(",") if one.strip()]
        there: set[str] = set()
        count = write(stream, form, _noting(rows, there) if chosen else rows, chosen)
    for name in chosen if count else ():
        if name not in there:
            note(f"no row has {name}; {meant(name, there)}")
    if json and str(file) != "-":
        seconds = round(time.monotonic() - begun, 3)
        print_json(
            {"kind": kind, "file": str(file), "format": form, "rows": count, "seconds": seconds}
        )
    else:
        note(f"{count} rows")


def _noting(rows: Iterable[dict[str, Any]], names: set[str]) -> Iterator[dict[str, Any]]:
    """The rows; ``names`` learns which columns they have."""
    for row in rows:
        names.update(row)
        yield row


def _named(kind: Kind, words: list[str]) -> tuple[str, Path]:
    if len(words) != (2 if kind in _NAMED else 1):
        wanted = "NAME FILE" if kind in _NAMED else "FILE"
        raise BadRequest(f"relance export {kind} {wanted}; FILE may be -")
    return words[0] if kind in _NAMED else "", Path(words[-1])


def _instant(since: str) -> int:
    from engine.cli.bulk.problem import Misread
    from engine.cli.bulk.value import converter

    try:
        return int(converter("instant")(since)) if since else 0
    except Misread as wrong:
        raise BadRequest(f"--since: {wrong.reason}") from None


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    """A file appears under its name when it is whole, readable by its owner alone."""
    if str(file) == "-":
        yield sys.stdout.buffer
        return
    beside = file.with_name(f"{file.name}.part")
    try:
        stream = os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
    except OSError as error:
        raise BadRequest(f"{file} cannot be written: {error.strerror}") from error
    try:
        with stream:
            yield stream
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
