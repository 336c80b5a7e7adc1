"""Events that were sent on to their device while nobody had their first key.

The device's contact keeps such an event and claims the key; until it has it, somebody else may take
the key first. A retry is therefore led by what was noted when the event was first sent on, and not by
the key: to the same device, whose contact knows whether it has it. Noted in the commit that answers.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.domain.duration import DAY
from engine.domain.event import Event
from engine.ports.host_store import ReservedRow

if TYPE_CHECKING:
    from engine.runtime.batches.batch import Batch

KEPT = 7 * DAY
"""For as long as a retry may come."""


class Reserved:
    """What a host has noted and nobody has settled yet, the oldest first."""

    def __init__(self, rows: Iterable[ReservedRow] = ()) -> None:
        self._rows: dict[bytes, ReservedRow] = {}
        self._of: dict[str, set[bytes]] = {}
        for row in rows:
            self.put(row.fingerprint, row)

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, fingerprint: bytes) -> ReservedRow | None:
        return self._rows.get(fingerprint)

    def of(self, key: str) -> frozenset[bytes]:
        return frozenset(self._of.get(key, ()))

    def rows(self) -> list[ReservedRow]:
        return list(self._rows.values())

    def before(self, at: int) -> list[bytes]:
        """Those noted earlier than that instant."""
        found = []
        for row in self._rows.values():
            if row.at >= at:
                break
            found.append(row.fingerprint)
        return found

    def put(self, fingerprint: bytes, row: ReservedRow | None) -> None:
        """None: it is settled."""
        old = self._rows.pop(fingerprint, None)
        if old is not None:
            self._of[old.key].discard(fingerprint)
            if not self._of[old.key]:
                del self._of[old.key]
        if row is not None:
            self._rows[fingerprint] = row
            self._of.setdefault(row.key, set()).add(fingerprint)


def reserve(batch: "Batch", event: Event) -> None:
    """Note that the event goes to its device; what is too old for a retry goes."""
    for old in batch.memory.reserved.before(batch.now - KEPT):
        batch.reserved[old] = None
    row = ReservedRow(event.fingerprint, event.key, batch.now)
    batch.reserved[event.fingerprint] = row


def is_reserved(batch: "Batch", event: Event) -> bool:
    if not batch.memory.reserved and not batch.reserved:
        return False
    if event.fingerprint in batch.reserved:
        return batch.reserved[event.fingerprint] is not None
    return batch.memory.reserved.get(event.fingerprint) is not None


def is_disputed(batch: "Batch", event: Event) -> bool:
    """Whether other events by its key may lie elsewhere than where the key leads to."""
    if not batch.memory.reserved and not batch.reserved:
        return False
    staged = {one for one, row in batch.reserved.items() if row and row.key == event.key}
    others = (batch.memory.reserved.of(event.key) | staged) - {event.fingerprint}
    return any(batch.reserved.get(one, True) for one in others)


def settle(batch: "Batch", fingerprint: bytes) -> None:
    """The key leads to where the event is from here on."""
    if fingerprint in batch.reserved or batch.memory.reserved.get(fingerprint) is not None:
        batch.reserved[fingerprint] = None
