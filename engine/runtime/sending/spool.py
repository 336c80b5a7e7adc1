"""The Sender's own memory on disk: which messages left, what became of them, who wants none.

An append-only file of JSON lines, each written by one ``write``: it survives the death of the process
without ``fsync``, not always that of the machine. After another boot what a host had handed over and
is not in the file is in doubt, until the host has offered all of it again.
"""

import errno
import fcntl
import logging
import os
from collections import Counter
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from engine.domain.effect import contact_of
from engine.errors import StoreLocked
from engine.ports.sending import Outcome

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
COMPACT_FROM = 2_000

_log = logging.getLogger(__name__)


class Entry(NamedTuple):
    """One attempt at one message. ``outcome`` is None from the moment it left until it is known."""

    host: str
    outcome: Outcome | None
    channel: str = ""


class _Line(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    what: Literal["sure", "left", "outcome", "known", "stopped", "enabled"]
    key: str
    attempts: int = 0
    host: str = ""
    outcome: Outcome | None = None
    channel: str = ""


_decoder = msgspec.json.Decoder(_Line)


class Spool:
    """Entries by (key, attempts) until the host knows the outcome. Opened by one process at a time.

    ``stopped`` has the URL of each endpoint that wants nothing more, by its channel.
    """

    def __init__(self, path: Path, boot_id: str = "") -> None:
        self.path = path
        self.entries: dict[tuple[str, int], Entry] = {}
        self.stopped: dict[str, str] = {}
        self._boot_id = boot_id or BOOT_ID.read_text().strip()
        self._lines = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(path.with_suffix(".lock"))
        self._sure: dict[str, str] = {}
        self._file = -1
        self._read()
        self._file = self._rewritten()

    def left(self, key: str, attempts: int, host: str, channel: str = "") -> None:
        """The message is about to leave. Raises OSError: then it must not."""
        self._append([_Line("left", key, attempts, host, None, channel)])
        self.entries[key, attempts] = Entry(host, None, channel)

    def settled(self, attempts: int, host: str, outcome: Outcome) -> None:
        """What became of a message that left. Raises OSError: the outcome is kept in memory only."""
        self.entries[outcome.key, attempts] = Entry(host, outcome)
        self._append([_Line("outcome", outcome.key, attempts, host, outcome)])

    def known(self, attempts: list[tuple[str, int]]) -> None:
        """The host has committed these outcomes; they are forgotten here."""
        gone = [entry for entry in attempts if self.entries.pop(entry, None)]
        if gone:
            self._append([_Line("known", key, number) for key, number in gone])
        if self._lines > COMPACT_FROM and self._lines > 4 * len(self.entries):
            self._file = self._rewritten()

    def forget(self, contacts: set[int]) -> Counter[int]:
        """Lines about messages of these contacts are in the file no more; how many entries of each went.

        Raises OSError.
        """
        gone = [entry for entry in self.entries if contact_of(entry[0]) in contacts]
        for entry in gone:
            del self.entries[entry]
        old = self.path.open("r+b")
        self._file = self._rewritten()
        with old:
            old.write(bytes(os.fstat(old.fileno()).st_size))
            os.fsync(old.fileno())
        return Counter(contact_of(key) for key, _ in gone)

    def in_doubt(self, host: str) -> bool:
        """Whether lines about this host's messages may have gone with an earlier boot."""
        return self._sure.get(host) != self._boot_id

    def trust(self, host: str) -> None:
        """From now on what this host hands over is in the file if it left, until the next boot."""
        if self.in_doubt(host):
            self._append([_Line("sure", self._boot_id, host=host)])
            self._sure[host] = self._boot_id

    def stop(self, channel: str, url: str) -> None:
        """The endpoint at this URL wants nothing more. Raises OSError: it is kept in memory only."""
        self.stopped[channel] = url
        self._append([_Line("stopped", channel, host=url)])

    def enable(self, channel: str) -> None:
        """It is told again. Raises OSError: then the file still says that it is not."""
        if self.stopped.pop(channel, None) is not None:
            self._append([_Line("enabled", channel)])

    def close(self) -> None:
        """Let go of the file; nothing may be written afterwards."""
        os.close(self._file)
        os.close(self._lock)

    def _append(self, lines: list[_Line]) -> None:
        data = _encoded(lines)
        try:
            _write_whole(self._file, data)
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(data)
        self._lines += len(lines)

    def _read(self) -> None:
        raw = self.path.read_bytes() if self.path.exists() else b""
        for line in raw.split(b"\n")[:-1]:
            try:
                read = _decoder.decode(line)
            except msgspec.MsgspecError:
                _log.warning("%s: skipped a line that cannot be read: %r", self.path, line[:200])
                continue
            match read.what:
                case "sure":
                    self._sure[read.host] = read.key
                case "left" | "outcome":
                    entry = Entry(read.host, read.outcome, read.channel)
                    self.entries[read.key, read.attempts] = entry
                case "known":
                    self.entries.pop((read.key, read.attempts), None)
                case "stopped":
                    self.stopped[read.key] = read.host
                case "enabled":
                    self.stopped.pop(read.key, None)

    def _rewritten(self) -> int:
        """A new file with what is still needed, put in the old one's place; its descriptor."""
        lines = [_Line("sure", boot, host=host) for host, boot in self._sure.items()]
        lines += [_Line("stopped", name, host=url) for name, url in self.stopped.items()]
        for (key, attempts), (host, outcome, channel) in self.entries.items():
            what: Literal["outcome", "left"] = "outcome" if outcome else "left"
            lines.append(_Line(what, key, attempts, host, outcome, channel))
        draft = self.path.with_suffix(".new")
        data = _encoded(lines)
        draft.write_bytes(data)
        descriptor = os.open(draft, os.O_WRONLY | os.O_APPEND)
        draft.replace(self.path)
        if self._file >= 0:
            os.close(self._file)
        self._size, self._lines = len(data), len(lines)
        return descriptor


def _locked(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise StoreLocked(f"another Sender uses {path.parent}; stop it first") from None
    return descriptor


def _write_whole(descriptor: int, data: bytes) -> None:
    if os.write(descriptor, data) != len(data):
        raise OSError(errno.ENOSPC, "only a part was written: the disk is full")


def _encoded(lines: list[_Line]) -> bytes:
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
