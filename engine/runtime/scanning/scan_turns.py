"""Turns at scanning: of all hosts on a machine only so many read their logs at once.

A turn is the lock of a file, so the kernel gives it back whatever ends its holder.
"""

import asyncio
import fcntl
import os
from pathlib import Path

MOST = os.cpu_count() or 1
"""Under ``dedicated`` every contact has a host: a scanner of each at once would stop the machine."""
AGAIN = 0.1
"""Seconds until it is looked again whether there is a turn."""


class Turn:
    def __init__(self, file: int) -> None:
        self._file = file

    def give_back(self) -> None:
        """Once or more often."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class ScanTurns:
    """``folder`` is made when it is first needed."""

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder = folder
        self._most = most

    async def take(self) -> Turn:
        """Waits until there is one."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while (turn := self.free()) is None:  # noqa: ASYNC110 - other processes hold them
            await asyncio.sleep(AGAIN)
        return turn

    def free(self) -> Turn | None:
        """One that nobody holds, if there is one."""
        for number in range(self._most):
            file = os.open(self._folder / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
            else:
                return Turn(file)
        return None
