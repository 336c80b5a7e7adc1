"""Rows from a file, one after another: CSV, JSON lines or Parquet. Memory stays flat."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from engine.cli.bulk.problem import Problem
from engine.errors import BadRequest

SAMPLE = 256 * 1024
"""Bytes of a CSV file that tell its encoding and delimiter."""
SLICE = 5_000
"""Rows of a Parquet file that are read at once."""
_DELIMITERS = ",;\t|"
_LARGEST_FIELD = 2**20


class Row(NamedTuple):
    """``values`` in the order of the file's columns; a row that cannot be read is a Problem instead."""

    line: int
    values: dict[str, Any]


class Table(Protocol):
    """``text``: every value is text, so that its type must come from elsewhere."""

    text: bool

    @property
    def about(self) -> dict[str, str]:
        """What was found out about the file."""
        ...

    def rows(self) -> Iterator[Row | Problem]: ...


def opened(file: Path, encoding: str = "", delimiter: str = "") -> Table:
    """By the ending of the file's name. Raises BadRequest."""
    if not file.is_file():
        raise BadRequest(f"{file} is no file")
    match file.suffix.lower():
        case ".csv" | ".tsv" | ".txt":
            return CsvTable(file, encoding, delimiter)
        case ".jsonl" | ".ndjson" | ".json":
            return JsonLines(file)
        case ".parquet":
            return Parquet(file)
        case other:
            raise BadRequest(f"{file}: {other or 'no ending'}; name it .csv, .jsonl or .parquet")


class CsvTable:
    """RFC 4180, and what spreadsheets write instead: ``;`` or tabs, a byte order mark, Windows code pages."""

    text = True

    def __init__(self, file: Path, encoding: str = "", delimiter: str = "") -> None:
        self._file = file
        with file.open("rb") as stream:
            sample = stream.read(SAMPLE)
        self.encoding = encoding or encoding_of(sample)
        try:
            head = sample.decode(self.encoding, "ignore").lstrip("\ufeff")
        except LookupError:
            raise BadRequest(f"no encoding is called {encoding!r}") from None
        self.delimiter = delimiter or delimiter_of(head)
        self.columns = next(csv.reader(head.splitlines(), delimiter=self.delimiter), [])
        self._check_columns()

    @property
    def about(self) -> dict[str, str]:
        return {"format": "csv", "encoding": self.encoding, "delimiter": self.delimiter}

    def _check_columns(self) -> None:
        names = [name.strip() for name in self.columns]
        if not any(names):
            raise BadRequest(f"{self._file}: the first line must name the columns")
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            raise BadRequest(f"{self._file}: two columns are called {', '.join(twice)}")
        self.columns = names

    def rows(self) -> Iterator[Row | Problem]:
        """What is not of the encoding stays in its value as lone surrogates: that row cannot go in."""
        csv.field_size_limit(min(_LARGEST_FIELD, sys.maxsize))
        with self._file.open(
            encoding=self.encoding, errors="surrogateescape", newline=""
        ) as stream:
            reader = csv.reader(stream, delimiter=self.delimiter)
            columns, width = self.columns, len(self.columns)
            next(reader, None)
            while True:
                line = reader.line_num + 1
                try:
                    values = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield Problem(line, "", "bad_csv", f"{error}")
                    continue
                if not values:
                    continue
                if len(values) != width:
                    text = f"{len(values)} fields, but {width} columns"
                    yield Problem(line, "", "bad_csv", text, values)
                    continue
                yield Row(line, dict(zip(columns, values, strict=True)))


def encoding_of(sample: bytes) -> str:
    """UTF-8 where the sample is that, with or without a mark; else what its bytes look like."""
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        sample[:-3].decode("utf-8") if len(sample) == SAMPLE else sample.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4:
            return _guessed(sample)
    return "utf-8-sig"


def _guessed(sample: bytes) -> str:
    """Western Windows unless something else is clearly better: its quotes and euro signs are printable."""
    from charset_normalizer import from_bytes

    likely = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "iso8859_15"]
    best = from_bytes(sample, cp_isolation=likely).best()
    western = from_bytes(sample, cp_isolation=["cp1252"]).best()
    if best is None or (western is not None and western.chaos <= best.chaos + 0.05):
        return "cp1252"
    return str(best.encoding)


def delimiter_of(head: str) -> str:
    """The one that cuts the first line into most fields, and the next lines into as many."""
    lines = head.splitlines()[:20]
    best, most = ",", 1
    for delimiter in _DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        width = widths[0] if widths else 0
        if width > most and widths[:-1].count(width) >= len(widths[:-1]) / 2:
            best, most = delimiter, width
    return best


class JsonLines:
    """One JSON object a line."""

    text = False

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def about(self) -> dict[str, str]:
        return {"format": "jsonl"}

    def rows(self) -> Iterator[Row | Problem]:
        decode = msgspec.json.Decoder(dict[str, Any]).decode
        with self._file.open("rb") as stream:
            for line, text in enumerate(stream, 1):
                if not text.strip():
                    continue
                try:
                    yield Row(line, decode(text))
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    shown = text.decode("utf-8", "replace").rstrip()
                    yield Problem(line, "", "bad_json", f"no JSON object: {error}", shown)


class Parquet:
    """Read in slices; a row's line is its number, from 1 on. Every row has every column: null says nothing."""

    text = False

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def about(self) -> dict[str, str]:
        return {"format": "parquet"}

    def rows(self) -> Iterator[Row | Problem]:
        from pyarrow import ArrowInvalid
        from pyarrow.parquet import ParquetFile

        line = 0
        try:
            with ParquetFile(self._file) as parquet:
                for batch in parquet.iter_batches(SLICE):
                    for values in batch.to_pylist():
                        line += 1
                        yield Row(line, {k: v for k, v in values.items() if v is not None})
        except ArrowInvalid as error:
            raise BadRequest(f"{self._file} is no Parquet file: {error}") from error
