"""The store of a host in memory: for demos and tests; it passes the same contract as the one on disk."""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any

from engine.domain.profile.identity import SLOTS, Binding
from engine.errors import StoreError
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
from engine.store.marks import FIRST, Marks
from engine.store.memory_disk import MemoryDisk, MemoryOwner
from engine.store.replies import place as place_of
from engine.store.shelf import Shelf


class _Rows:
    """What a host's file would hold."""

    def __init__(self) -> None:
        self.marks = Marks()
        self.cut = 0
        self.counters: dict[str, int] = {}
        self.log: Shelf[int, LogRow] = Shelf()
        self.contacts: Shelf[int, ContactRow] = Shelf()
        self.shelves: dict[int, bytes] = {}
        self.directory: Shelf[str, tuple[str, tuple[Binding, ...]]] = Shelf()
        self.companies: Shelf[str, CompanyRow] = Shelf()
        self.quotas: dict[str, QuotaRow] = {}
        self.wakeups: Shelf[WakeUp, WakeUp] = Shelf()
        self.outbox: Shelf[str, OutboxRow] = Shelf()
        self.hops: Shelf[int, HopRow] = Shelf()
        self.replies: dict[tuple[str, int], tuple[str, int, bytes]] = {}
        self.suppressions: Shelf[tuple[bytes, str], SuppressionRow] = Shelf()
        self.quarantine: list[QuarantineRow] = []
        self.quarantined = 0
        self.erasing: Shelf[int, ErasingRow] = Shelf()
        self.erased: Shelf[bytes, ErasedRow] = Shelf()
        self.imported: dict[tuple[int, int], ImportedRow] = {}
        self.orders: set[tuple[int, bytes]] = set()
        self.reserved: dict[bytes, ReservedRow] = {}
        self.reviews: dict[tuple[int, int], ReviewRow] = {}
        self.handoffs: dict[tuple[int, str], HandoffRow] = {}
        self.flows: dict[tuple[str, str, str], FlowRow] = {}


class MemoryHostStore:
    """Two stores on one ``disk``, one after the other, are a restart. See ``MemoryDisk``."""

    def __init__(
        self,
        slots: Iterable[int] = range(SLOTS),
        disk: MemoryDisk | None = None,
        *,
        fence_only: bool = False,
    ) -> None:
        self._owner = MemoryOwner(disk, slots, fence_only=fence_only)

    @property
    def _rows(self) -> _Rows:
        disk = self._owner.disk
        if disk.content is None:
            disk.content = _Rows()
        rows: _Rows = disk.content
        return rows

    def open(self, owner: str) -> Opening:
        epoch = self._owner.take(owner)
        rows = self._rows
        return Opening(
            epoch,
            *rows.marks[:4],
            dict(rows.counters),
            list(rows.outbox),
            list(rows.hops),
            sorted(rows.replies.values()),
            list(rows.suppressions),
            tuple(rows.erasing),
            tuple(rows.erased),
            tuple(sorted(rows.imported.values())),
            rows.marks.rebuilt,
            tuple(sorted(rows.reserved.values(), key=lambda row: (row.at, row.fingerprint))),
        )

    def contacts(self, ids: Iterable[int]) -> dict[int, ContactRow]:
        return {n: row for n in ids if (row := self._rows.contacts.get(n)) is not None}

    def shelves(self, contacts: Iterable[int]) -> dict[int, bytes]:
        return {n: body for n in contacts if (body := self._rows.shelves.get(n)) is not None}

    def directory(self, keys: Iterable[str]) -> dict[str, tuple[Binding, ...]]:
        found = (self._rows.directory.get(key) for key in keys)
        return dict(entry for entry in found if entry is not None)

    def companies(self, keys: Iterable[str]) -> dict[str, CompanyRow]:
        return {key: row for key in keys if (row := self._rows.companies.get(key)) is not None}

    def all_companies(self, after: str, limit: int) -> list[CompanyRow]:
        return self._rows.companies.after(after, limit)

    def quotas(self, scenarios: Iterable[str]) -> dict[str, QuotaRow]:
        return {one: row for one in scenarios if (row := self._rows.quotas.get(one)) is not None}

    def all_quotas(self) -> list[QuotaRow]:
        return [row for _, row in sorted(self._rows.quotas.items())]

    def commit(self, write: Write) -> None:
        self._owner.check()
        rows = self._rows
        marks = rows.marks.after(write)
        _refuse_repeated("log row", write.log)
        _refuse_repeated("hop", write.hops)
        _put_contacts(rows, write)
        _put_work(rows, write)
        if write.erasure is not None:
            _erase(rows, write.erasure)
        rows.marks = marks
        if write.counters is not None:
            rows.counters = dict(write.counters)
        self._owner.disk.answer()

    def wakeups(self, after: WakeUp, before: int, limit: int) -> list[WakeUp]:
        found = self._rows.wakeups.after(after, limit)
        return list(takewhile(lambda wakeup: wakeup.due < before, found))

    def ordered(self, contact: int, key: bytes) -> bool:
        return (contact, key) in self._rows.orders

    def orders_of(self, contact: int) -> list[bytes]:
        return sorted(key for one, key in self._rows.orders if one == contact)

    def log_row(self, row: int) -> LogRow | None:
        return self._rows.log.get(row)

    def log(self, after: int, limit: int) -> list[LogRow]:
        return self._rows.log.after(after, limit)

    def whole_since(self) -> int:
        first = self.log(self._rows.cut - 1, 1) if self._rows.cut > FIRST else []
        return first[0].now if first else 0

    def all_contacts(self, after: int, limit: int) -> list[ContactRow]:
        return self._rows.contacts.after(after, limit)

    def all_directory(self, after: str, limit: int) -> list[tuple[str, tuple[Binding, ...]]]:
        return self._rows.directory.after(after, limit)

    def quarantined(self, limit: int = 100) -> list[QuarantineRow]:
        return self._rows.quarantine[: -limit - 1 : -1]

    def reviews(self, limit: int = 1_000) -> list[ReviewRow]:
        found = self._rows.reviews.values()
        return sorted(found, key=lambda row: (-row.at, row.contact, row.other))[:limit]

    def handoffs(self, limit: int = 1_000) -> list[HandoffRow]:
        found = self._rows.handoffs.values()
        return sorted(found, key=lambda row: (-row.open, row.rank, row.contact, row.handoff))[
            :limit
        ]

    def flows(self) -> list[FlowRow]:
        return sorted(self._rows.flows.values())

    def forget_log(self, klass: int, below: int, limit: int, leaving: Leaving | None = None) -> int:
        self._owner.check()
        log = self._rows.log
        old = [row.id for row in takewhile(lambda row: row.id < below, log) if row.klass == klass]
        rows = [row for number in old[:limit] if (row := log.get(number))]
        if rows and leaving is not None:
            self._rows.counters = leaving(rows)
        for row in rows:
            log.drop(row.id)
        until = below if len(old) < limit else old[limit - 1] + 1
        self._rows.cut = max(self._rows.cut, until)
        return len(rows)

    def purge(self, *, whole: bool = False) -> None:
        """Memory keeps nothing of what it let go."""

    def traces(self, of: Search) -> bool:  # noqa: ARG002 - the shape of the port
        return False

    def close(self) -> None:
        self._owner.close()


def _refuse_repeated(what: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if len({row[0] for row in rows}) < len(rows):
        message = f"one {what} was written twice"
        raise StoreError(message)


def _put_contacts(rows: _Rows, write: Write) -> None:
    for log in write.log:
        rows.log.put(log.id, log)
    for contact in write.contacts:
        rows.contacts.put(contact.id, contact)
    for shelf in write.shelves:
        if shelf.body:
            rows.shelves[shelf.contact] = shelf.body
        else:
            rows.shelves.pop(shelf.contact, None)
    for key, bindings in write.directory:
        rows.directory.put(key, (key, bindings))
    for company in write.companies:
        rows.companies.put(company.key, company)
    rows.quotas |= {quota.scenario: quota for quota in write.quotas}
    for wakeup in write.wakeups_gone:
        rows.wakeups.drop(wakeup)
    for wakeup in write.wakeups:
        rows.wakeups.put(wakeup, wakeup)


def _put_work(rows: _Rows, write: Write) -> None:
    for key in write.outbox_gone:
        rows.outbox.drop(key)
    for message in write.outbox:
        rows.outbox.put(message.key, message)
    for number in write.hops_gone:
        rows.hops.drop(number)
    for hop in write.hops:
        rows.hops.put(hop.number, hop)
    for gone in write.suppressions_gone:
        rows.suppressions.drop(gone)
    for suppression in write.suppressions:
        rows.suppressions.put((suppression.address, suppression.scope), suppression)
    for name, number, body in write.replies:
        rows.replies[name, place_of(number)] = (name, number, body)
    for failed in write.quarantine:
        rows.quarantined += 1
        rows.quarantine.append(failed._replace(number=rows.quarantined))
    _put_bulk(rows, write)


def _put_bulk(rows: _Rows, write: Write) -> None:
    for place in write.imported_gone:
        rows.imported.pop(place, None)
    for said in write.imported:
        rows.imported[said.job, said.chunk] = said
    rows.orders.difference_update(write.orders_gone)
    rows.orders.update(write.orders)
    for fingerprint in write.reserved_gone:
        rows.reserved.pop(fingerprint, None)
    rows.reserved.update((row.fingerprint, row) for row in write.reserved)
    for pair in write.reviews_gone:
        rows.reviews.pop(pair, None)
    for review in write.reviews:
        rows.reviews[review.contact, review.other] = review
    for gone in write.handoffs_gone:
        rows.handoffs.pop(gone, None)
    for handoff in write.handoffs:
        rows.handoffs[handoff.contact, handoff.handoff] = handoff
    for flow in write.flows:
        rows.flows[flow[:3]] = flow


def _erase(rows: _Rows, gone: Erasure) -> None:
    for log in gone.log:
        rows.log.drop(log)
    for masked in gone.log_masked:
        rows.log.put(masked.id, masked)
    for contact in gone.contacts:
        rows.contacts.drop(contact)
        rows.shelves.pop(contact, None)
        rows.orders = {order for order in rows.orders if order[0] != contact}
    for key in gone.directory:
        rows.directory.drop(key)
    for hashed in gone.erased_gone:
        rows.erased.drop(hashed)
    for erased in gone.erased:
        rows.erased.put(erased.key, erased)
    for contact in gone.erasing_gone:
        rows.erasing.drop(contact)
    for erasing in gone.erasing:
        rows.erasing.put(erasing.contact, erasing)
    rows.quarantine = [row for row in rows.quarantine if row.number not in gone.quarantine]
