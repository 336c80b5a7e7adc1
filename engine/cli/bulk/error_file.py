"""The error file beside an import: a line for each row that did not go in, and why.

It lies where no erasure reaches it, so it holds nothing of anybody unless the rows were asked for.
"""

import csv
import os
from pathlib import Path

import msgspec

from engine.cli.bulk.problem import Problem
from engine.errors import BadRequest

COLUMNS = ("line", "column", "code", "reason")
ROW = "row"
"""The column that is there on wish: the row as it stood, JSON."""


class ErrorFile:
    """CSV, made with its first line. What was written is on the disk after ``flush``."""

    def __init__(self, file: Path, *, rows: bool = False) -> None:
        self.file = file
        self._rows = rows
        self._stream = None if not file.exists() else file.open("a", encoding="utf-8", newline="")

    @classmethod
    def begun(cls, file: Path, *, rows: bool = False) -> "ErrorFile":
        file.unlink(missing_ok=True)
        return cls(file, rows=rows)

    @classmethod
    def continued(cls, file: Path, after: int, *, rows: bool = False) -> "ErrorFile":
        """Keeps the lines up to the file's line ``after``: what comes later is told again."""
        if file.exists():
            with file.open(encoding="utf-8", newline="") as stream:
                kept = [row for row in csv.reader(stream) if _is_kept(row, after)]
            beside = file.with_name(f"{file.name}.part")
            with beside.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows(kept)
            beside.replace(file)
        return cls(file, rows=rows)

    def write(self, problem: Problem) -> None:
        if self._stream is None:
            try:
                self._stream = self.file.open("w", encoding="utf-8", newline="")
            except OSError as error:
                text = (
                    f"{self.file} cannot be written: {error.strerror}; name another with --errors"
                )
                raise BadRequest(text) from error
            csv.writer(self._stream).writerow((*COLUMNS, ROW) if self._rows else COLUMNS)
        cells: list[object] = [getattr(problem, name) for name in COLUMNS]
        if self._rows:
            cells.append(as_json(problem.row).decode("utf-8", "replace"))
        csv.writer(self._stream).writerow(cells)

    def flush(self) -> None:
        if self._stream is not None:
            self._stream.flush()
            os.fsync(self._stream.fileno())

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()


def _is_kept(row: list[str], after: int) -> bool:
    """The heading, and what a kill left whole."""
    return row[: len(COLUMNS)] == list(COLUMNS) or (
        len(row) >= len(COLUMNS) and row[0].isdigit() and int(row[0]) <= after
    )


def as_json(row: object) -> bytes:
    """A row as it stood, or what can be told of it. Bytes of another encoding become marks."""
    try:
        return msgspec.json.encode(row, enc_hook=str)
    except (UnicodeEncodeError, TypeError, ValueError):
        return repr(row).encode("utf-8", "replace")
