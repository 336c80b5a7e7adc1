"""Processes by their parent, as the kernel tells it (Linux)."""

from contextlib import suppress
from pathlib import Path


def children_of(parent: int) -> list[int]:
    """Process ids, ended ones that nobody reaped included; proc_pid_stat(5)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            after_name = entry.read_text().rpartition(")")[2].split()
            if int(after_name[1]) == parent:
                found.append(int(entry.parent.name))
    return found
