"""A host's part in telling a life: a contact's state, and its log rows a page at a time."""

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from engine.ports.host_store import LogRow

if TYPE_CHECKING:
    from engine.runtime.host import ContactHost

PAGE = 300
"""Rows read at a time: some milliseconds."""


class Asked(NamedTuple):
    """``last`` are the newest rows by class that were not read yet; none at the beginning."""

    contact: int
    last: tuple[int, ...] = ()


class LifePage(NamedTuple):
    """``last``: where to go on. ``state`` comes with the first page; ``known``: the contact is here."""

    known: bool
    rows: list[LogRow]
    last: tuple[int, ...]
    state: bytes = b""
    now: int = 0
    cut: bool = False


def page(host: "ContactHost", asked: Asked) -> LifePage:
    memory, state, now = host.memory, b"", 0
    last = list(asked.last)
    if not last:
        resident = memory.resident(asked.contact)
        if resident is None:
            return LifePage(known=False, rows=[], last=())
        last, now = list(resident.last), memory.clock.now()
        whole = resident.contact.draft()
        whole.shelf = memory.store.shelves([whole.id]).get(whole.id)
        state = msgspec.msgpack.encode(whole)
    rows, cut = list[LogRow](), False
    while any(last) and len(rows) < PAGE:
        newest = max(last)
        klass, row = last.index(newest), memory.store.log_row(newest)
        cut = cut or row is None
        last[klass] = row.prev if row else 0
        rows += [row] if row else []
    return LifePage(True, rows, tuple(last), state, now, cut)
