"""A scan: one host's log read once in id order up to a mark; then what it says of each contact.

Memory stays flat, whatever the log holds: rows that count are sorted by contact outside of it.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.domain import message
from engine.domain.message import Logged
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.ports.log_reader import LogReader
from engine.replay.chosen import Chosen
from engine.replay.past import Past, Readers, is_plain
from engine.replay.spill import Row, Spill

PAGE = 1_000
"""Log rows read at once."""

Made = list[tuple[int, bytes]]
"""Contacts, each with an encoded contact that holds what was chosen and what folding on needs."""


class Order(msgspec.Struct, frozen=True, tag="scan"):
    """What to scan and for what: rows with an id < ``mark``, for ``names`` of this rulebook."""

    host: int
    mark: int
    version: int
    definitions: bytes
    names: tuple[str, ...]


class Scan:
    """``reader`` is of the log that is scanned; merges lead to other hosts' by ``readers``."""

    def __init__(
        self,
        reader: LogReader,
        chosen: Chosen,
        readers: Readers,
        mark: int,
        folder: Path | None = None,
    ) -> None:
        self._reader = reader
        self._chosen = chosen
        self._past = Past(chosen, readers)
        self._mark = mark
        self._spill = Spill(folder)
        self._made: Iterator[tuple[int, bytes]] = iter(())
        self._next: tuple[int, bytes] | None = None
        self.whole_since = reader.whole_since()

    def read(self) -> Iterator[int]:
        """Yields after each page how many rows' ids are behind it."""
        after = 0
        while rows := self._reader.log(after, PAGE):
            for row in rows:
                if row.id >= self._mark:
                    break
                body = self._worth(message.decode_row(row.body), row.body)
                if body is not None:
                    self._spill.add(Row(row.contact, row.id, row.now, body))
            after = rows[-1].id
            if after >= self._mark:
                break
            yield after
        self._made = self._by_contact()
        self._next = next(self._made, None)

    def _worth(self, taken: Logged, body: bytes) -> bytes | None:
        if not is_plain(taken):
            return b""
        return body if self._chosen.reads(taken) else None

    def _by_contact(self) -> Iterator[tuple[int, bytes]]:
        for contact, group in itertools.groupby(self._spill.sorted(), key=lambda row: row.contact):
            rows = list(group)
            if all(row.body for row in rows):
                made = Contact(contact)
                for row in rows:
                    self._past.take(made, message.decode(row.body), row.now)
            else:
                made = self._past.of(contact, self._mark)
            yield contact, codec.whole(made)

    def up_to(self, contact: int) -> Made:
        """The next ones in order, as far as this contact. After ``read``."""
        found: Made = []
        while self._next is not None and self._next[0] <= contact:
            found.append(self._next)
            self._next = next(self._made, None)
        return found

    def of(self, contacts: list[int], mark: int) -> Made:
        """These alone, from their rows with an id < ``mark``."""
        return [(contact, codec.whole(self._past.of(contact, mark))) for contact in contacts]

    def close(self) -> None:
        self._spill.close()
