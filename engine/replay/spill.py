"""Rows put in order by contact, more than memory holds: sorted runs in nameless files, then merged."""

import heapq
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

import msgspec

MOST = 32 * 2**20
"""Bytes of bodies in memory; what comes after goes to a file."""
_LENGTH = 4

_encoder = msgspec.msgpack.Encoder()


class Row(NamedTuple):
    """A log row as far as it is folded. Without a body the contact's past has to be walked."""

    contact: int
    id: int
    now: int
    body: bytes


_decoder = msgspec.msgpack.Decoder(Row)


class Spill:
    """The files have no names: whatever ends the process, nothing of them is left."""

    def __init__(self, folder: Path | None = None, most: int = MOST) -> None:
        self._folder = folder
        self._most = most
        self._rows: list[Row] = []
        self._size = 0
        self._runs: list[IO[bytes]] = []

    def add(self, row: Row) -> None:
        """In ascending order of ids."""
        self._rows.append(row)
        self._size += len(row.body) + 100
        if self._size >= self._most:
            self._put_away()

    def _put_away(self) -> None:
        run = TemporaryFile(dir=self._folder)  # noqa: SIM115 - read later, closed by close
        self._runs.append(run)
        for row in sorted(self._rows, key=_place):
            body = _encoder.encode(row)
            run.write(len(body).to_bytes(_LENGTH, "big"))
            run.write(body)
        self._rows.clear()
        self._size = 0

    def sorted(self) -> Iterator[Row]:
        """By contact, then id. Once, after the last ``add``."""
        self._rows.sort(key=_place)
        return heapq.merge(*map(_read, self._runs), iter(self._rows))

    def close(self) -> None:
        for run in self._runs:
            run.close()


def _place(row: Row) -> tuple[int, int]:
    return row.contact, row.id


def _read(run: IO[bytes]) -> Iterator[Row]:
    run.seek(0)
    while length := run.read(_LENGTH):
        yield _decoder.decode(run.read(int.from_bytes(length, "big")))
