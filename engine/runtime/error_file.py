"""Files of import errors: each line is a row that was refused, as it came, with its reason."""

import os
import re
from pathlib import Path

_CELLS = re.compile(r"[\t,;|\"'{}\[\]:]+")


def without_lines_of(folder: Path, readable: re.Pattern[bytes], words: set[str]) -> int:
    """Take the lines of one person out of every file there; how many. Raises OSError."""
    if not folder.is_dir():
        return 0
    return sum(
        _clean(path, readable, words) for path in sorted(folder.rglob("*")) if path.is_file()
    )


def lines_of(folder: Path, readable: re.Pattern[bytes], words: set[str]) -> list[str]:
    """The lines of one person in every file there. Raises OSError."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    lines = (line for path in files for line in path.read_bytes().splitlines())
    return [line.decode("utf-8", "replace") for line in lines if _is_of(line, readable, words)]


def _clean(path: Path, readable: re.Pattern[bytes], words: set[str]) -> int:
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not _is_of(line, readable, words)]
    if len(kept) < len(lines):
        draft = path.with_name(f"{path.name}.part")
        draft.touch(mode=0o600)
        draft.write_bytes(b"".join(kept))
        with path.open("r+b") as file:  # what the file's blocks hold goes too
            file.write(b"\0" * path.stat().st_size)
            os.fsync(file.fileno())
        draft.replace(path)
    return len(lines) - len(kept)


def _is_of(line: bytes, readable: re.Pattern[bytes], words: set[str]) -> bool:
    if readable.search(line):
        return True
    cells = _CELLS.split(line.decode("utf-8", "replace").lower())
    return not words.isdisjoint(cell.strip() for cell in cells)
