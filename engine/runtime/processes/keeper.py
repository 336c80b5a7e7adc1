"""The small parent of an engine process: starts it again when it dies. Imports neither Ray nor asyncio.

Linux. The keeper adopts whatever a dead child leaves behind, so that it ends exactly that, and a
killed keeper takes its child with it.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType

from engine.errors import EngineError
from engine.runtime.processes.family import children_of

DONE = 0
CONFIG_ERROR = 2
LOST = 75
"""Exit code of a child whose Ray is gone (EX_TEMPFAIL of sysexits.h)."""

RESTARTS = "RELANCE_RESTARTS"
"""Variable that tells the child how often it was started again: 0 may print the ready line."""

MOST_FAILURES = 5
WITHIN = 60.0
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def keep(command: Sequence[str]) -> int:
    """Run the command until it ends well, cannot be configured, or fails 5 times in 60 s.

    SIGTERM, SIGINT and SIGHUP reach it as SIGTERM. Answers its last exit code, 128 + n for a signal.
    Must run on the main thread of a process that has no other children.
    """
    _control(_PR_SET_CHILD_SUBREAPER, 1)
    keeper = _Keeper(command)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, keeper.forward)
    return keeper.run()


class _Keeper:
    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = False
        self._failures: deque[float] = deque(maxlen=MOST_FAILURES)

    def forward(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        if self._child is not None and self._child.returncode is None:
            self._child.terminate()

    def run(self) -> int:
        restarts = 0
        while True:
            code = self._once(restarts)
            if self._stopping or code in (DONE, CONFIG_ERROR):
                return code
            self._failures.append(time.monotonic())
            if self._hopeless():
                _say(
                    f"failed {MOST_FAILURES} times within {WITHIN:g} s, last with {code}; given up"
                )
                return code
            restarts += 1
            _say(f"the engine ended with {code}; starting it again")

    def _once(self, restarts: int) -> int:
        """Run the child to its end, and end what it left."""
        if self._stopping:
            return DONE
        self._child = subprocess.Popen(  # noqa: S603  # the engine's own command line
            self._command,
            env={**os.environ, RESTARTS: str(restarts)},
            preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509  # this process has one thread
            process_group=0,
        )
        if self._stopping:
            self._child.terminate()
        code = self._child.returncode = _wait(self._child.pid)
        _end_orphans()
        return code if code >= 0 else 128 - code

    def _hopeless(self) -> bool:
        recent = [at for at in self._failures if at > time.monotonic() - WITHIN]
        return len(recent) == MOST_FAILURES


def _die_with(keeper: int) -> Callable[[], None]:
    """Runs in the child before its program: the kernel kills it when its keeper ends."""

    def ask() -> None:
        _control(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != keeper:
            os._exit(LOST)

    return ask


def _control(option: int, value: int) -> None:
    """prctl(2)."""
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise EngineError(f"prctl({option}): {os.strerror(ctypes.get_errno())}")


def _wait(child: int) -> int:
    """Until this child ends; adopted ones that end meanwhile are reaped too."""
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == child:
            return os.waitstatus_to_exitcode(status)


def _end_orphans() -> None:
    """Kill what the dead child left, and what those leave in turn, until nothing is left."""
    with suppress(ChildProcessError):
        while True:
            for pid in children_of(os.getpid()):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            os.waitpid(-1, 0)


def _say(text: str) -> None:
    sys.stderr.write(f"relance: {text}\n")
