"""What a command prints: one JSON document for machines, tables for people."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

PIPE_WIDTH = 160
"""Columns where there is no terminal to measure."""
INSTANTS = {
    "at",
    "since",
    "due",
    "first",
    "latest",
    "created",
    "revoked",
    "timers",
    "segments",
    "until",
    "looked",
}
"""Names under which a report gives ms since 1970."""
LONG_AGO = 10**11
"""Ms that no figure reaches and every instant after 1973 exceeds."""

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def print_json(data: Any) -> None:
    sys.stdout.write(msgspec.json.encode(data).decode() + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """For the reader, not for the next program in the pipe."""
    print(text, file=sys.stderr)


def nobody(key: str) -> str:
    """That no contact has it, and how one is named."""
    return f"there is no contact {key}; a key is written user_id:42, email:ada@example.com, ..., or is an id"


def print_report(data: Mapping[str, Any]) -> None:
    """One line a leaf, the path of its name before it; then a table for each list of rows."""
    table = _table(header=False)
    lists = []
    for path, value in _leaves(data, ()):
        if _is_rows(value):
            lists.append((path, value))
        else:
            table.add_row(".".join(path), shown(value, path))
    _print(table)
    for path, rows in lists:
        print(f"\n{'.'.join(path)}")
        print_rows(rows)


def print_rows(rows: Sequence[Mapping[str, Any]], empty: str = "") -> None:
    """A column for each key of the rows, in the order in which they appear; lists of rows are left out."""
    if not rows:
        note(empty)
        return
    columns = dict.fromkeys(
        key for row in rows for key, value in row.items() if not _is_rows(value)
    )
    table = _table(header=True)
    for column in columns:
        figures = all(type(row.get(column)) in (int, float) for row in rows)
        figures = figures and column not in INSTANTS
        table.add_column(escape(column), justify="right" if figures else "left", overflow="fold")
    for row in rows:
        table.add_row(*(shown(row.get(column), (column,)) for column in columns))
    _print(table)


def shown(value: Any, path: tuple[str, ...]) -> str:
    """A value as text in a table."""
    if value is None or value in ("", [], {}):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and value > LONG_AGO and INSTANTS.intersection(path):
        return instant(value)
    return escape(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def instant(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _leaves(
    data: Mapping[str, Any], prefix: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in data.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*prefix, name))
        else:
            yield (*prefix, name), value


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _table(*, header: bool) -> Table:
    table = Table(box=None, show_header=header, header_style="bold", pad_edge=False)
    if not header:
        table.add_column(overflow="fold")
        table.add_column(overflow="fold")
    return table


def _print(table: Table) -> None:
    Console(width=None if sys.stdout.isatty() else PIPE_WIDTH).print(table)
