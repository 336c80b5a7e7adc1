"""A process of this machine: seeing that it ended, and ending it, whoever its parent is."""

import asyncio
import os
import select
import signal
from contextlib import suppress


class Process:
    """Held by the kernel's own handle, so that a process id used again is never mistaken for it.

    Linux only (pidfd_open, 5.3).
    """

    def __init__(self, pid: int) -> None:
        """Raises ProcessLookupError when there is no such process."""
        self.pid = pid
        self._handle = os.pidfd_open(pid)

    def ended(self) -> bool:
        return self._handle < 0 or bool(select.select([self._handle], [], [], 0)[0])

    def kill(self) -> None:
        if self._handle >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    async def end(self) -> None:
        """Return once it has ended, with all its threads: its locks are free then."""
        if self._handle < 0:
            return
        loop = asyncio.get_running_loop()
        seen = asyncio.Event()
        handle = os.dup(self._handle)
        loop.add_reader(handle, seen.set)
        try:
            await seen.wait()
        finally:
            loop.remove_reader(handle)
            os.close(handle)

    def close(self) -> None:
        """Let go of the handle; the process counts as ended from now on."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
