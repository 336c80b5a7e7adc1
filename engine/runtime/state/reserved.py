"""Events by a key that nobody had, noted by the key's directory before anybody may take them.

Such an event goes to its device's contact, or to whom an earlier one of its key is kept by: to somebody
who claims the key and does not hold it yet. Until then somebody else may come by the key first. A retry
is therefore led by what was noted when the event first came, and not by the key: to the same contact,
which knows whether it has it. Noted in the commit that answers.

So of all that may take an event one decides, whichever way it comes: whom the directory of its key
leads to at the event's own instant (``holder_at``: that never changes once the key is bound), and before
that, whom it has noted.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.domain.duration import DAY
from engine.domain.event import Event
from engine.domain.profile.identity import Claim
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


def reserve(batch: "Batch", event: Event, contact: int = 0) -> None:
    """Note that the event goes to that contact, or its device's; what is too old for a retry goes."""
    for old in batch.memory.reserved.before(batch.now - KEPT):
        batch.reserved[old] = None
    row = ReservedRow(event.fingerprint, event.key, batch.now, contact)
    batch.reserved[event.fingerprint] = row


def noted(batch: "Batch", event: Event) -> ReservedRow | None:
    """Where the event was sent when it first came, if nobody held its key then."""
    if not batch.memory.reserved and not batch.reserved:
        return None
    return _row(batch, event.fingerprint)


def is_disputed(batch: "Batch", key: str) -> bool:
    """Whether events by this key may lie elsewhere than where the key leads to."""
    if not batch.memory.reserved and not batch.reserved:
        return False
    return bool(_of(batch, key))


def settle(batch: "Batch", fingerprint: bytes) -> None:
    """The key leads to where the event is from here on."""
    if _row(batch, fingerprint) is not None:
        batch.reserved[fingerprint] = None


def settle_of(batch: "Batch", claim: Claim, contact: int) -> None:
    """The key is this contact's, so it leads to the event that named it, and to what came behind that."""
    if not batch.memory.reserved and not batch.reserved:
        return
    for row in _of(batch, claim.key):
        if row.fingerprint == claim.fingerprint or row.contact == contact:
            batch.reserved[row.fingerprint] = None


def _of(batch: "Batch", key: str) -> list[ReservedRow]:
    staged = {one for one, row in batch.reserved.items() if row and row.key == key}
    rows = [_row(batch, one) for one in batch.memory.reserved.of(key) | staged]
    return [row for row in rows if row is not None]


def _row(batch: "Batch", fingerprint: bytes) -> ReservedRow | None:
    if fingerprint in batch.reserved:
        return batch.reserved[fingerprint]
    return batch.memory.reserved.get(fingerprint)
