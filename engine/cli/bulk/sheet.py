"""Rows into a file: CSV, JSON lines or Parquet. Memory stays flat.

CSV and Parquet name their columns first, and nobody knows them before the last row: the rows wait in
a file beside, unless the columns were named.
"""

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from engine.cli.bulk.value import text
from engine.errors import BadRequest

FIRST = (
    "contact", "user_id", "email", "phone", "anonymous_id", "type", "event", "timestamp", "message_id",
    "at", "message", "scenario", "step", "channel",
    "outcome",
)  # fmt: skip
"""Columns that come first, in this order; the others follow by name."""
SLICE = 5_000
"""Rows that are written at a time."""
FORMATS = ("csv", "jsonl", "parquet")
_json = msgspec.json.Encoder().encode

Rows = Iterable[dict[str, Any]]


def format_of(file: Path, wanted: str) -> str:
    """By the ending of the name unless it is named. Raises BadRequest."""
    found = wanted or {".ndjson": "jsonl"}.get(file.suffix, file.suffix[1:]) or "jsonl"
    if found not in FORMATS:
        raise BadRequest(f"{found!r} is no format; there are {', '.join(FORMATS)}")
    return found


def write(file: IO[bytes], form: str, rows: Rows, columns: Sequence[str] = ()) -> int:
    """How many rows."""
    if form == "jsonl":
        return _write_lines(file, rows, columns)
    writer = _write_csv if form == "csv" else _write_parquet
    if columns and form == "csv":
        return writer(file, rows, [Shape(name) for name in columns])
    with tempfile.TemporaryFile() as beside:
        shapes = _set_aside(beside, rows)
        if columns:
            shapes = [shapes_named(shapes, name) for name in columns]
        beside.seek(0)
        return writer(file, map(_decode, beside), shapes)


class Shape(NamedTuple):
    """A column, and of which kinds its values were."""

    name: str
    kinds: frozenset[type] = frozenset()


_decode: Callable[[bytes], dict[str, Any]] = msgspec.json.Decoder(dict[str, Any]).decode


def shapes_named(shapes: list[Shape], name: str) -> Shape:
    return next((shape for shape in shapes if shape.name == name), Shape(name))


def _set_aside(beside: IO[bytes], rows: Rows) -> list[Shape]:
    kinds: dict[str, set[type]] = {}
    for row in rows:
        for name, value in row.items():
            kinds.setdefault(name, set()).add(type(value))
        beside.write(_json(row) + b"\n")
    named = sorted(kinds, key=lambda name: (FIRST.index(name) if name in FIRST else 99, name))
    return [Shape(name, frozenset(kinds[name] - {type(None)})) for name in named]


def _write_lines(file: IO[bytes], rows: Rows, columns: Sequence[str]) -> int:
    count = 0
    for row in rows:
        chosen = {name: row[name] for name in columns if name in row} if columns else row
        file.write(_json(chosen) + b"\n")
        count += 1
    return count


class _Text:
    """What ``csv`` needs of a file, over bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text_: str) -> int:
        return self._file.write(text_.encode())


def _write_csv(file: IO[bytes], rows: Rows, shapes: list[Shape]) -> int:
    names = [shape.name for shape in shapes]
    writer = csv.writer(_Text(file), lineterminator="\n")
    writer.writerow(names)
    count = 0
    for row in rows:
        writer.writerow([cell(row.get(name)) for name in names])
        count += 1
    return count


def cell(value: Any) -> str:
    """A value as CSV shows it, and as an import reads it again."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return _json(value).decode() if isinstance(value, bool | list | dict) else text(value)


def _write_parquet(file: IO[bytes], rows: Rows, shapes: list[Shape]) -> int:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    types = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
    plain = {shape.name: _kind(shape) for shape in shapes}
    schema = pa.schema([(name, types[kind]) for name, kind in plain.items()])
    count = 0
    with ParquetWriter(file, schema) as writer:
        for batch in _slices(iter(rows)):
            table = [
                {name: _fitted(row.get(name), kind) for name, kind in plain.items()}
                for row in batch
            ]
            writer.write_table(pa.Table.from_pylist(table, schema))
            count += len(batch)
    return count


def _slices(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, SLICE)):
        yield batch


def _kind(shape: Shape) -> type:
    """One type for all; numbers become fractions where one is; whatever does not fit is text."""
    kinds = set(shape.kinds)
    if len(kinds) == 1 and kinds <= {bool, int, float}:
        return kinds.pop()
    return float if kinds == {int, float} else str


def _fitted(value: Any, kind: type) -> Any:
    if value is None:
        return None
    return cell(value) if kind is str else kind(value)
