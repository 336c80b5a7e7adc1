"""The socket in the data folder, by which the owner of the machine needs no key."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import SettingsError

CONTROL = "control.sock"


class ControlSocket:
    """A unix socket in a folder, addressed through a descriptor of the folder.

    The address of a unix socket has room for 107 bytes (unix(7)); a data folder's path may be longer.
    """

    def __init__(self, folder: Path, name: str = CONTROL) -> None:
        """Raises OSError when there is no such folder."""
        self.path = folder / name
        self._ours = False
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    @property
    def address(self) -> str:
        """What gRPC binds or connects to while this object is open."""
        return f"unix:/proc/self/fd/{self._folder}/{self.path.name}"

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Bind inside: a socket left by a dead process is gone, the new one is its owner's only."""
        self._clear()
        before = os.umask(0o177)
        try:
            yield self.address
            self._ours = True
        finally:
            os.umask(before)

    def close(self) -> None:
        os.close(self._folder)

    def remove(self) -> None:
        """Take away what was bound here, then close."""
        try:
            if self._ours:
                self._clear()
        finally:
            self.close()

    def _clear(self) -> None:
        try:
            mode = os.stat(self.path.name, dir_fd=self._folder, follow_symlinks=False).st_mode
        except FileNotFoundError:
            return
        if not stat.S_ISSOCK(mode):
            raise SettingsError(f"{self.path} is in the way and no socket: move it elsewhere")
        os.unlink(self.path.name, dir_fd=self._folder)
