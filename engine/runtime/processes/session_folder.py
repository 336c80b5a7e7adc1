"""A short private folder for sockets and logs of one run; no data of the engine lives here."""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

_PARENT = Path("/tmp")  # noqa: S108  # a socket path holds 107 bytes: the data folder may be too deep
_PREFIX = "relance-session-"
"""Long on purpose: whatever else begins so under the parent is removed."""


class SessionFolder:
    """Mode 0700, locked while its process lives, removed by ``remove`` or by the next one made."""

    def __init__(self, parent: Path = _PARENT) -> None:
        _sweep(parent)
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
            with suppress(OSError):  # another sweep was quicker than our lock
                self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
                fcntl.flock(self._lock, fcntl.LOCK_EX)
                if self.path.exists():
                    return
                os.close(self._lock)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _sweep(parent: Path) -> None:
    """Remove this user's folders whose process has ended: the kernel has freed their lock."""
    for path in parent.glob(_PREFIX + "*"):
        try:
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:  # gone meanwhile, or somebody else's
            continue
        try:
            if os.fstat(lock).st_uid == os.getuid():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)
