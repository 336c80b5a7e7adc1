"""The lock beside a database file: one live process a file, freed by the kernel when it ends."""

import fcntl
import os
from pathlib import Path

from engine.errors import StoreError


class FileLock:
    """``flock`` on ``<file>.lock``, which names its holder for whoever comes second."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._file = -1

    def take(self, owner: str) -> bool:
        """Whether it is ours now; never waits. Raises StoreError when the folder is not usable."""
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            message = f"{self._path}: {error.strerror}; make its folder, writable for this user"
            raise StoreError(message) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()} ({owner})".encode(), 0)
        return True

    def holder(self) -> str:
        """The process that holds it, as ``pid (owner)``."""
        return self._path.read_text(encoding="utf-8", errors="replace") or "unknown"

    def release(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
