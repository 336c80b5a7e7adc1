"""A contact's life lived again: from its rows, by the step itself, to any instant of its past."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

import msgspec

from engine.domain import fact, message
from engine.domain.effect import Effect
from engine.domain.fact import Fact
from engine.domain.message import Logged
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import decode
from engine.domain.rulebooks.rulebook import Rulebook
from engine.ports.host_store import LogRow
from engine.ports.life import LifePart
from engine.replay.fold import Fold


class Moment(NamedTuple):
    """A row of the log. ``facts`` are those kept with it; ``before`` and ``after`` are None where earlier

    rows are kept no longer, so that what the contact was cannot be made again.
    """

    row: LogRow
    message: Logged
    facts: list[Fact]
    before: Contact | None
    after: Contact | None
    effects: list[Effect]
    rulebook: Rulebook


class Life:
    """``contact`` is it as it is now (``now`` in ms); ``pasts`` are those that became a part of it."""

    def __init__(self, parts: Iterable[LifePart]) -> None:
        self.contact = Contact(0)
        self.now = 0
        self.pasts: list[int] = []
        self.cut: set[int] = set()
        self._rows: dict[int, list[LogRow]] = {}
        self._definitions: dict[int, bytes] = {}
        self._rulebooks: dict[int, Rulebook] = {}
        for part in parts:
            self._add(part)

    def _add(self, part: LifePart) -> None:
        self._definitions.update(part.rulebooks)
        if part.contact not in self._rows:
            if self.contact.id:
                self.pasts.append(part.contact)
            else:
                self.contact, self.now = msgspec.msgpack.decode(part.state, type=Contact), part.now
        self._rows.setdefault(part.contact, []).extend(part.rows)
        if part.cut:
            self.cut.add(part.contact)

    @property
    def version(self) -> int:
        """Of the rulebook in force."""
        return max(self._definitions)

    def definitions(self, version: int) -> bytes:
        """Encoded. Raises KeyError for a version that no row was taken under."""
        return self._definitions[version]

    def rulebook(self, version: int) -> Rulebook:
        """Raises KeyError for one that no row was taken under."""
        if version not in self._rulebooks:
            self._rulebooks[version] = Rulebook(version, decode(self._definitions[version]))
        return self._rulebooks[version]

    def rows(self) -> Iterator[LogRow]:
        """Of the contact and all that became a part of it."""
        return chain.from_iterable(self._rows.values())

    def moments(self, contact: int) -> Iterator[Moment]:
        """The contact's rows from its first one on."""
        rows = sorted(self._rows.get(contact, ()), key=lambda row: row.id)
        fold = Fold({version: self.rulebook(version) for version in {r.rulebook for r in rows}})
        for row in rows:
            before = fold.contacts.get(contact, Contact(contact))
            outcome = fold.take(row)
            yield Moment(
                row,
                message.decode_row(row.body),
                fact.decode(row.facts),
                before if outcome else None,
                outcome.contact if outcome else None,
                outcome.effects if outcome else [],
                self.rulebook(row.rulebook),
            )
