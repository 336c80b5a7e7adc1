"""A file read as it lies on the disk, whatever its format says is still in it."""

from pathlib import Path

from engine.ports.host_store import Search

CHUNK = 1 << 20
OVERLAP = 4_096
"""Bytes read again with the next chunk, so that nothing is missed between two."""


def found_in(path: Path, search: Search) -> bool:
    """Whether the file holds such bytes anywhere. Raises OSError."""
    with path.open("rb") as file:
        before = b""
        while chunk := file.read(CHUNK):
            if search(before + chunk):
                return True
            before = chunk[-OVERLAP:]
    return False
