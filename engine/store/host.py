"""The store of a host in SQL: one writer, one commit a batch. Whose SQL it is, its database knows."""

from collections.abc import Iterable, Sequence

import msgspec

from engine.domain.profile.identity import Binding
from engine.ports.host_store import (
    CompanyRow,
    ContactRow,
    ErasedRow,
    ErasingRow,
    Erasure,
    FlowRow,
    HandoffRow,
    HopRow,
    ImportedRow,
    Leaving,
    LogRow,
    Opening,
    OutboxRow,
    QuarantineRow,
    QuotaRow,
    ReservedRow,
    ReviewRow,
    Search,
    SuppressionRow,
    WakeUp,
    Write,
)
from engine.store import statements as q
from engine.store.database import Database, Row
from engine.store.log_reader import SqlLogReader, contact_row
from engine.store.marks import Marks
from engine.store.replies import place
from engine.store.statement import Change

_MARK = 1
"""The key of the one row of marks."""

_pack = msgspec.msgpack.Encoder().encode
_bindings = msgspec.msgpack.Decoder(tuple[Binding, ...]).decode
_decode_counters = msgspec.msgpack.Decoder(dict[str, int]).decode


class SqlHostStore(SqlLogReader):
    """``slots`` are those that the database guards, the same at every opening. Used from one thread."""

    def __init__(self, database: Database, slots: Iterable[int]) -> None:
        super().__init__(database)
        self._db = database
        self._slots = tuple(slots)
        self._marks = Marks()
        self._counters = b""

    def open(self, owner: str) -> Opening:
        epoch = self._db.open(owner, self._slots)
        try:
            return self._opening(epoch)
        except BaseException:
            self.close()
            raise

    def _opening(self, epoch: int) -> Opening:
        with self._db.transaction():
            self._db.many(q.FIRST_MARK, [(_MARK, *Marks(), _pack({}))])
            _, *marks, self._counters = self._db.rows(q.MARK)[0]
            self._marks = Marks(*marks)
            return Opening(
                epoch,
                *self._marks[:4],
                _decode_counters(self._counters),
                [OutboxRow(*row) for row in self._db.rows(q.OUTBOX)],
                [HopRow(*row) for row in self._db.rows(q.HOPS)],
                [(name, number, body) for name, number, body in self._db.rows(q.REPLIES)],
                [SuppressionRow(*row) for row in self._db.rows(q.SUPPRESSIONS)],
                tuple(ErasingRow(*row) for row in self._db.rows(q.ERASING)),
                tuple(ErasedRow(*row) for row in self._db.rows(q.ERASED)),
                tuple(ImportedRow(*row) for row in self._db.rows(q.IMPORTED)),
                self._marks.rebuilt,
                tuple(ReservedRow(*row) for row in self._db.rows(q.RESERVED)),
            )

    def shelves(self, contacts: Iterable[int]) -> dict[int, bytes]:
        return dict(self._db.find(q.SHELVES, contacts))

    def directory(self, keys: Iterable[str]) -> dict[str, tuple[Binding, ...]]:
        found = self._db.find(q.DIRECTORY, keys)
        return {key: _bindings(bindings) for key, bindings in found}

    def companies(self, keys: Iterable[str]) -> dict[str, CompanyRow]:
        return {row[0]: CompanyRow(*row) for row in self._db.find(q.COMPANIES, keys)}

    def all_companies(self, after: str, limit: int) -> list[CompanyRow]:
        return [CompanyRow(*row) for row in self._db.rows(q.COMPANIES_AFTER, (after, limit))]

    def quotas(self, scenarios: Iterable[str]) -> dict[str, QuotaRow]:
        return {row[0]: QuotaRow(*row) for row in self._db.find(q.QUOTAS, scenarios)}

    def all_quotas(self) -> list[QuotaRow]:
        return [QuotaRow(*row) for row in self._db.rows(q.ALL_QUOTAS)]

    def commit(self, write: Write) -> None:
        marks = self._marks.after(write)
        counters = self._counters if write.counters is None else _pack(write.counters)
        with self._db.transaction():
            for change, rows in _changes(write):
                if rows:
                    self._db.many(change, rows)
            if write.erasure is not None:
                self._erase(write.erasure)
            self._db.many(q.PUT_MARK, [(_MARK, *marks, counters)])
        self._marks, self._counters = marks, counters

    def wakeups(self, after: WakeUp, before: int, limit: int) -> list[WakeUp]:
        return [WakeUp(*row) for row in self._db.rows(q.WAKEUPS, (*after, before, limit))]

    def ordered(self, contact: int, key: bytes) -> bool:
        return bool(self._db.rows(q.ORDER_KEY, (contact, key)))

    def orders_of(self, contact: int) -> list[bytes]:
        return [key for (key,) in self._db.rows(q.ORDERS_OF, (contact,))]

    def all_contacts(self, after: int, limit: int) -> list[ContactRow]:
        return [contact_row(row) for row in self._db.rows(q.CONTACTS_AFTER, (after, limit))]

    def all_directory(self, after: str, limit: int) -> list[tuple[str, tuple[Binding, ...]]]:
        found = self._db.rows(q.DIRECTORY_AFTER, (after, limit))
        return [(key, _bindings(bindings)) for key, bindings in found]

    def quarantined(self, limit: int = 100) -> list[QuarantineRow]:
        return [QuarantineRow(*row) for row in self._db.rows(q.QUARANTINE, (limit,))]

    def reviews(self, limit: int = 1_000) -> list[ReviewRow]:
        return [ReviewRow(*row) for row in self._db.rows(q.REVIEWS, (limit,))]

    def flows(self) -> list[FlowRow]:
        return [FlowRow(*row) for row in self._db.rows(q.FLOWS)]

    def handoffs(self, limit: int = 1_000) -> list[HandoffRow]:
        return [HandoffRow(*row) for row in self._db.rows(q.HANDOFFS, (limit,))]

    def forget_log(self, klass: int, below: int, limit: int, leaving: Leaving | None = None) -> int:
        """Goes on where the last slice of the class ended, so that no kept row is passed twice."""
        with self._db.transaction():
            found = self._db.rows(q.FORGOTTEN, (klass,))
            since = found[0][0] if found else 0
            below = min(below, self._marks.next_log)
            gone = self._db.rows(q.OLDEST, (since, below, klass, limit))
            if gone and leaving is not None:
                self._keep_counters(
                    leaving([LogRow(*self._db.rows(q.LOG_ROW, one)[0]) for one in gone])
                )
            if gone:
                self._db.many(q.DROP_LOG, gone)
            until = below if len(gone) < limit else gone[-1][0] + 1
            self._db.many(q.PUT_FORGOTTEN, [(klass, max(since, until))])
        return len(gone)

    def _keep_counters(self, counters: dict[str, int]) -> None:
        self._counters = _pack(counters)
        self._db.many(q.PUT_MARK, [(_MARK, *self._marks, self._counters)])

    def _erase(self, gone: Erasure) -> None:
        for change, rows in _erasures(gone):
            if rows:
                self._db.many(change, rows)
        for contact in gone.contacts:
            self._db.run(q.DROP_ORDERS, (contact,))

    def purge(self, *, whole: bool = False) -> None:
        self._db.purge(whole=whole)

    def traces(self, of: Search) -> bool:
        return self._db.traces(of)


def _changes(write: Write) -> tuple[tuple[Change, Sequence[Row]], ...]:
    """What goes comes before what is put, so that a moved row may keep its key."""
    return (
        (q.ADD_LOG, write.log),
        (q.PUT_CONTACT, [(c[0], c[1], *c[2], c[3]) for c in write.contacts]),
        (q.PUT_SHELF, [row for row in write.shelves if row.body]),
        (q.DROP_SHELF, [(row.contact,) for row in write.shelves if not row.body]),
        (q.PUT_DIRECTORY, [(key, _pack(bindings)) for key, bindings in write.directory]),
        (q.PUT_COMPANY, write.companies),
        (q.PUT_QUOTA, write.quotas),
        (q.DROP_WAKEUP, write.wakeups_gone),
        (q.PUT_WAKEUP, write.wakeups),
        (q.DROP_OUTBOX, [(key,) for key in write.outbox_gone]),
        (q.PUT_OUTBOX, write.outbox),
        (q.DROP_HOP, [(number,) for number in write.hops_gone]),
        (q.ADD_HOP, write.hops),
        (q.DROP_SUPPRESSION, write.suppressions_gone),
        (q.PUT_SUPPRESSION, write.suppressions),
        (q.ADD_QUARANTINE, [row[:4] for row in write.quarantine]),
        (q.DROP_IMPORTED, write.imported_gone),
        (q.PUT_IMPORTED, write.imported),
        (q.DROP_ORDER_KEY, write.orders_gone),
        (q.ADD_ORDER_KEY, write.orders),
        (q.DROP_RESERVED, _alone(write.reserved_gone)),
        (q.PUT_RESERVED, write.reserved),
        (q.DROP_REVIEW, write.reviews_gone),
        (q.PUT_REVIEW, write.reviews),
        (q.DROP_HANDOFF, write.handoffs_gone),
        (q.PUT_HANDOFF, write.handoffs),
        (q.PUT_FLOW, write.flows),
        (q.PUT_REPLY, [(name, place(n), n, body) for name, n, body in write.replies]),
    )


def _erasures(gone: Erasure) -> tuple[tuple[Change, Sequence[Row]], ...]:
    return (
        (q.DROP_LOG, _alone(gone.log)),
        (q.PUT_LOG, gone.log_masked),
        (q.DROP_CONTACT, _alone(gone.contacts)),
        (q.DROP_SHELF, _alone(gone.contacts)),
        (q.DROP_DIRECTORY, _alone(gone.directory)),
        (q.DROP_QUARANTINE, _alone(gone.quarantine)),
        (q.DROP_ERASED, _alone(gone.erased_gone)),
        (q.PUT_ERASED, gone.erased),
        (q.DROP_ERASING, _alone(gone.erasing_gone)),
        (q.PUT_ERASING, gone.erasing),
    )


def _alone(values: Iterable[int | str | bytes]) -> list[Row]:
    """Values as rows of one column."""
    return [(value,) for value in values]
