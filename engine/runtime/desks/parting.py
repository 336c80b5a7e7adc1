"""Parting two merged contacts: what the survivor's log says since, and the letter that parts them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from engine.domain import fact, message
from engine.domain.effect import Half, Send
from engine.domain.message import Adopted, Restored, TimerFired, Unmerged
from engine.domain.parting import Parting, Taken, run_of
from engine.domain.profile import codec
from engine.domain.profile.dedupe import young
from engine.domain.rulebooks import definitions
from engine.domain.rulebooks.rulebook import Rulebook
from engine.errors import BadRequest
from engine.ports.host_store import LogRow
from engine.runtime import envelope
from engine.runtime.batches.batch import Batch
from engine.runtime.state import line
from engine.runtime.state.outbox import moving
from engine.runtime.state.residents import Resident

MOST = 100_000
"""Rows since the merge that are lived anew in one go; it takes some 50 us each."""
DONE, BUSY, AGAIN = "done", "busy", "again"

Read = Callable[[int], LogRow | None]


class Since(NamedTuple):
    """The latest merge of a contact that still holds, and the rows after it, in order."""

    merge: LogRow
    adopted: Adopted
    rows: list[LogRow]

    @property
    def versions(self) -> list[int]:
        """The rulebooks that the rows were taken under."""
        return sorted({row.rulebook for row in (self.merge, *self.rows)})


def since_merge(read: Read, resident: Resident, wanted: int) -> Since:
    """``wanted`` is who merged, 0 for whoever was the last. Raises BadRequest."""
    contact = resident.contact
    if wanted and wanted not in contact.pasts:
        text = f"contact {wanted} is no part of contact {contact.id}"
        raise BadRequest(text)
    persons: list[LogRow] = []
    for row in _walk(read, contact.id, resident.last[0], 0):
        taken = message.decode(row.body)
        if isinstance(taken, Restored):
            text = f"contact {contact.id} was itself a part of another one since that merge"
            raise BadRequest(text)
        if isinstance(taken, Adopted) and taken.source in contact.pasts:
            _check_latest(contact.id, taken.source, wanted)
            others = [_walk(read, contact.id, newest, row.id) for newest in resident.last[1:]]
            rows = sorted([*persons, *(one for walk in others for one in walk)])
            return Since(row, taken, _few(rows))
        persons.append(row)
    text = f"nobody is a part of contact {contact.id}"
    raise BadRequest(text)


def _check_latest(survivor: int, latest: int, wanted: int) -> None:
    if wanted not in (0, latest):
        text = f"contact {latest} was merged into contact {survivor} later: unmerge that one first"
        raise BadRequest(text)


def _few(rows: list[LogRow]) -> list[LogRow]:
    if len(rows) > MOST:
        text = f"{len(rows)} rows came since that merge; with more than {MOST} it is not undone"
        raise BadRequest(text)
    return rows


def _walk(read: Read, contact: int, newest: int, floor: int) -> Iterator[LogRow]:
    """One class, newest first, down to the floor. Raises BadRequest where retention has cut it."""
    while newest > floor:
        row = read(newest)
        if row is None:
            text = (
                f"retention has deleted rows of contact {contact} that came since the merge: "
                "what each of the two would be cannot be told any more"
            )
            raise BadRequest(text)
        yield row
        newest = row.prev


class PartLetter:
    """Answers DONE, BUSY (claims are under way), AGAIN (name these rulebooks too) or why not; and who."""

    keys: tuple[str, ...] = ()

    def __init__(self, contact: int, other: int, by: str, books: dict[int, bytes]) -> None:
        self.contact = contact
        self.other = other
        self.by = by
        self.books = books
        self.contacts: tuple[int, ...] = (contact,)

    def take(self, batch: Batch) -> tuple[str, int]:
        resident = batch.resident(self.contact)
        if resident is None or resident.contact.merged_into:
            return f"contact {self.contact} was merged into another one meanwhile; try again", 0
        if resident.contact.claims:
            return BUSY, 0
        if resident.contact.pending:
            return f"contact {self.contact} is being rebuilt; try again in a while", 0
        batch.apply(self.contact, TimerFired())
        try:
            since = since_merge(batch.log_row, self._resident(batch), self.other)
        except BadRequest as no:
            return str(no), 0
        if not self.books.keys() >= {*since.versions}:
            return AGAIN, 0
        self._part(batch, since)
        return DONE, since.adopted.source

    def _resident(self, batch: Batch) -> Resident:
        resident = batch.resident(self.contact)
        assert resident is not None  # noqa: S101 - it was here a moment ago
        return resident

    def _part(self, batch: Batch, since: Since) -> None:
        books = {v: Rulebook(v, definitions.decode(self.books[v])) for v in since.versions}
        before = codec.decode(_before(since))
        other = codec.decode(since.adopted.state)
        book, sends = books[since.merge.rulebook], since.adopted.sends
        parting = Parting(before, other, books, book, sends)
        parting.live(_taken(since.merge), [_taken(row) for row in since.rows])
        merged = self._resident(batch).contact
        mine, other = parting.halves(merged, batch.memory.rulebook, batch.now)
        self._let_go(batch, parting.strays.difference(since.adopted.shared))
        batch.apply(
            self.contact,
            Unmerged(
                self.by,
                other.id,
                codec.whole(mine),
                tuple(parting.mine.orders),
                Half(
                    codec.whole(other),
                    tuple(parting.other.rows),
                    young(parting.seen + merged.seen, batch.now),
                    tuple(parting.other.orders),
                    self._sends(batch, parting),
                ),
            ),
        )

    def _let_go(self, batch: Batch, orders: set[bytes]) -> None:
        """Orders of the other alone that went to the store while it was a part of this one."""
        strays = [(self.contact, key) for key in sorted(orders)]
        batch.orders.difference_update(strays)
        batch.write.orders_gone += strays

    def _sends(self, batch: Batch, parting: Parting) -> tuple[Send, ...]:
        """Queued messages of runs that go with the other; those under way end here."""
        rows = batch.queued(self.contact)
        rows = [row for row in rows if parting.side_of_run(run_of(row.key)) is parting.other]
        for row in rows:
            batch.settle(row.key)
        for row in rows:
            line.move_up(batch, row)
        return tuple(moving(row) for row in rows)

    def body(self) -> bytes:
        return envelope.encode((self.contact, self.other, self.by))

    def quarantined(self) -> tuple[str, int]:
        return "the engine failed on this; see its log", 0


def _before(since: Since) -> bytes:
    """The survivor's state before the merge, as the row of the merge tells it."""
    facts = fact.decode(since.merge.facts)
    told: bytes = next(one.detail[1] for one in facts if one.what == "merged")
    return told


def _taken(row: LogRow) -> Taken:
    facts = fact.decode(row.facts)
    return Taken(row.id, row.now, row.rulebook, message.decode(row.body), facts)
