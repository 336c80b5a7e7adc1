"""A survey: all contacts of a host looked at once, beside live traffic, and nothing written.

A preview reads the log first, for what a rulebook that is not in force asks of the past; then each
contact is looked at as a rebuild would leave it. A forecast looks at contacts alone.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import msgspec

from engine.domain import message
from engine.domain.event import Event
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.profile.shelf import Absent
from engine.domain.rulebooks.definitions import decode
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.surveys.forecast import Outlook
from engine.domain.surveys.preview import Preview
from engine.ports.host_store import ContactRow, LogRow
from engine.ports.log_reader import LogReader
from engine.replay.chosen import Chosen
from engine.replay.past import Past, Readers, is_plain
from engine.replay.scan import Scan
from engine.replay.timeline import timeline

PAGE = 500
"""Contacts read at once."""


class PreviewAsked(msgspec.Struct, frozen=True, tag="preview"):
    """Who would be in ``segments`` as of ``now``, and what ``scores`` would be beside those ``in_force``.

    ``names``: what to count from rows below ``mark``.
    """

    host: int
    mark: int
    version: int
    definitions: bytes
    names: tuple[str, ...]
    segments: tuple[str, ...]
    now: int
    scores: tuple[str, ...] = ()
    in_force: bytes = b"{}"


class ForecastAsked(msgspec.Struct, frozen=True, tag="forecast"):
    """Who leaves and enters ``segment`` by time alone within so many ``days`` from ``now``."""

    host: int
    version: int
    definitions: bytes
    segment: str
    days: int
    now: int


Asked = PreviewAsked | ForecastAsked


class Progress(msgspec.Struct, frozen=True):
    """Log rows and contacts behind it."""

    scanned: int = 0
    met: int = 0


class Survey:
    """``found`` is there once ``steps`` have come to their end."""

    def __init__(
        self, asked: Asked, reader: LogReader, readers: Readers, folder: Path | None = None
    ) -> None:
        self._asked = asked
        self._reader = reader
        self._readers = readers
        self._folder = folder
        self._rulebook = Rulebook(asked.version, decode(asked.definitions))
        self.found: dict[str, Any] = {}

    def steps(self) -> Iterator[Progress]:
        if isinstance(self._asked, PreviewAsked):
            yield from self._preview(self._asked)
        else:
            yield from self._forecast(self._asked)

    def _forecast(self, asked: ForecastAsked) -> Iterator[Progress]:
        outlook = Outlook(asked.segment, self._rulebook, asked.now, asked.days)
        for met, rows in self._pages():
            for _, contact in self._standing(rows):
                self._look(contact, outlook.add)
            yield Progress(met=met)
        names = ("contacts", "size", "unknown", "enters", "leaves")
        self.found = {name: getattr(outlook, name) for name in names}

    def _preview(self, asked: PreviewAsked) -> Iterator[Progress]:
        chosen = Chosen(self._rulebook, asked.names)
        mark = asked.mark if asked.names else 1
        scan = Scan(self._reader, chosen, self._readers, mark, self._folder)
        past = Past(chosen, self._readers)
        preview = Preview(
            self._rulebook, asked.segments, asked.now, asked.scores, decode(asked.in_force)
        )
        try:
            for scanned in scan.read() if asked.names else ():
                yield Progress(scanned)
            for met, rows in self._pages():
                made = dict(scan.up_to(rows[-1].id)) if asked.names else {}
                for row, contact in self._standing(rows):
                    counted = self._until_now(row, made.get(row.id, b""), chosen, past, mark)
                    self._look(contact, partial(preview.add, made=counted, names=asked.names))
                yield Progress(mark - 1, met)
        finally:
            scan.close()
        self.found = preview.found() | {"whole_since": scan.whole_since}

    def _until_now(
        self, row: ContactRow, state: bytes, chosen: Chosen, past: Past, mark: int
    ) -> Contact:
        """What was made of the rows below the mark, with those that came since on top."""
        made = codec.decode(state) if state else Contact(row.id)
        for one in reversed(self._tail(row, mark) if chosen.names else []):
            taken = message.decode(one.body)
            if not is_plain(taken):
                return past.of(row.id)
            if isinstance(taken, Event):
                chosen.fold(made, taken, one.now)
        return made

    def _tail(self, row: ContactRow, mark: int) -> list[LogRow]:
        last = tuple(newest if newest >= mark else 0 for newest in row.last)
        walked = timeline(self._reader.log_row, last)
        return list(takewhile(lambda one: one.id >= mark, walked))

    def _pages(self) -> Iterator[tuple[int, list[ContactRow]]]:
        """How many contacts have come with each page, and the page."""
        after, met = 0, 0
        while rows := self._reader.all_contacts(after, PAGE):
            after, met = rows[-1].id, met + len(rows)
            yield met, rows

    def _standing(self, rows: list[ContactRow]) -> Iterator[tuple[ContactRow, Contact]]:
        for row in rows:
            contact = codec.decode(row.state, self._rulebook.lexicon)
            if not contact.merged_into:
                yield row, contact

    def _look(self, contact: Contact, look: Callable[[Contact], None]) -> None:
        """What has been collected is read when it is asked for."""
        try:
            look(contact)
        except Absent:
            contact.shelf = self._reader.shelves([contact.id]).get(contact.id, b"")
            look(contact)
