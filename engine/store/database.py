"""What the stores need of a database: rows in and out, and transactions that check who owns it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.sql.elements import ClauseElement

from engine.errors import StoreError
from engine.ports.host_store import Search
from engine.store import statement
from engine.store.statement import Change, Find, table
from engine.store.tables import Ownership

Row = tuple[Any, ...]

OWNERS = select(table(Ownership).c.slot, table(Ownership).c.epoch)
TAKE = statement.upsert(Ownership)


class Database(Protocol):
    """One owner at a time; used from one thread. Every method may raise StoreError."""

    def open(self, owner: str, slots: Iterable[int]) -> int:
        """Lock, migrate, take the slots; answer the epoch. Raises StoreLocked, StateTooNew."""
        ...

    def rows(self, query: ClauseElement, values: Sequence[Any] = ()) -> list[Row]: ...

    def find(self, wanted: Find, keys: Iterable[int] | Iterable[str]) -> list[Row]: ...

    def run(self, text: ClauseElement, values: Sequence[Any] = ()) -> int:
        """How many rows it changed."""
        ...

    def many(self, change: Change, rows: Sequence[Sequence[Any]]) -> None:
        """Put or delete rows, of which there is at least one."""
        ...

    def transaction(self, *, owned: bool = True) -> AbstractContextManager[None]:
        """All of it or nothing, on the disk when it ends. Raises OwnershipLost, StoreFull, StoreError."""
        ...

    def purge(self, *, whole: bool = False) -> None:
        """See ``HostStore.purge``. Outside of transactions."""
        ...

    def traces(self, of: Search) -> bool:
        """See ``HostStore.traces``."""
        ...

    def close(self) -> None:
        """Safe to call twice."""
        ...


def next_epoch(place: str, epochs: Mapping[int, int], slots: Sequence[int]) -> int:
    """The epoch of a new owner. Raises StoreError when the slots are not those that are guarded there."""
    if epochs and sorted(epochs) != sorted(slots):
        message = (
            f"{place} holds {len(epochs)} slots from {min(epochs)} on, asked for were "
            f"{len(slots)} from {slots[0]} on: the number of hosts is fixed at init."
        )
        raise StoreError(message)
    return max(epochs.values(), default=0) + 1
