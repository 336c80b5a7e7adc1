"""The process that scans a log for a rebuild, or surveys contacts: it reads stores, and writes nothing.

It ends with its host: whoever asks is the other end of the socket.
"""

import os
import socket
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from engine.domain.rulebooks.definitions import decode
from engine.domain.rulebooks.rulebook import Rulebook
from engine.errors import StoreError
from engine.ports.log_reader import LogReader
from engine.replay.chosen import Chosen
from engine.replay.past import Readers
from engine.replay.scan import Order, Scan
from engine.replay.survey import Asked, Survey
from engine.runtime.scanning.scan_process import LENGTH, Place
from engine.runtime.slots import SlotTable
from engine.settings import SQLITE
from engine.store.log_reader import SqliteRows, SqlLogReader

NICENESS = 10
"""Live traffic comes first."""
TELL = 10
"""Pages between two words of progress."""

_encode = msgspec.msgpack.Encoder().encode


def main(handle: int) -> None:
    """Serve the host at the other end of this socket until it hangs up."""
    os.nice(NICENESS)
    with (
        socket.socket(fileno=handle) as connection,
        cast("BinaryIO", connection.makefile("rwb")) as host,
    ):
        try:
            _serve(host)
        except StoreError as error:
            _send(host, ("failed", str(error)))
        except (BrokenPipeError, ConnectionResetError):
            return


def _serve(host: BinaryIO) -> None:
    place, asked = msgspec.msgpack.decode(_receive(host), type=tuple[Place, Order | Asked])
    readers, table = readers_of(place), SlotTable(place.hosts)

    def reader_of(contact: int) -> LogReader:
        return readers(table.host_of_contact(contact))

    if isinstance(asked, Order):
        _scan(host, asked, readers(asked.host), reader_of, Path(place.data))
    else:
        _survey(host, Survey(asked, readers(asked.host), reader_of, Path(place.data)))


def _scan(
    host: BinaryIO, order: Order, reader: LogReader, reader_of: Readers, folder: Path
) -> None:
    chosen = Chosen(Rulebook(order.version, decode(order.definitions)), order.names)
    scan = Scan(reader, chosen, reader_of, order.mark, folder)
    for page, scanned in enumerate(scan.read()):
        if page % TELL == 0:
            _send(host, ("scanned", scanned, scan.whole_since))
    _send(host, ("scanned", order.mark - 1, scan.whole_since))
    while request := _receive(host):
        what, contacts, mark = msgspec.msgpack.decode(request, type=tuple[str, list[int], int])
        made = scan.up_to(contacts[0]) if what == "up_to" else scan.of(contacts, mark)
        _send(host, ("made", made))


def _survey(host: BinaryIO, survey: Survey) -> None:
    for number, step in enumerate(survey.steps()):
        if number % TELL == 0:
            _send(host, ("met", step.scanned, step.met))
    _send(host, ("found", survey.found))


def readers_of(place: Place) -> Callable[[int], LogReader]:
    """A host's log by the host's number, opened when it is first asked for."""

    @cache
    def reader(host: int) -> LogReader:
        if place.url == SQLITE:
            return SqlLogReader(SqliteRows(Path(place.data) / "hosts" / f"{host}.db"))
        from engine.store.postgres_rows import (  # noqa: PLC0415 - its driver is slow to import
            PostgresRows,
        )

        return SqlLogReader(PostgresRows(place.url, f"host_{host}"))

    return reader


def _receive(host: BinaryIO) -> bytes:
    """The next frame; nothing when the host is gone."""
    length = host.read(LENGTH)
    return host.read(int.from_bytes(length, "big")) if length else b""


def _send(host: BinaryIO, told: object) -> None:
    frame = _encode(told)
    host.write(len(frame).to_bytes(LENGTH, "big") + frame)
    host.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
