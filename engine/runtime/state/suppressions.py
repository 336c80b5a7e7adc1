"""The suppressions that a host knows: those of its store, and what a batch is about to add or lift."""

from collections.abc import Iterable

from engine.domain.consents.suppression import address_hash, blocks, outweighs, scopes_of
from engine.ports.host_store import SuppressionRow

Key = tuple[bytes, str]
"""Hash of the address, and scope."""


class Suppressions:
    """``key`` makes the hashes of addresses."""

    def __init__(self, key: bytes = b"", rows: Iterable[SuppressionRow] = ()) -> None:
        self.key = key
        self._rows: dict[Key, SuppressionRow] = {(row.address, row.scope): row for row in rows}

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, at: Key) -> SuppressionRow | None:
        return self._rows.get(at)

    def of(self, address: str) -> list[SuppressionRow]:
        """All that stands for one address, whatever the scope."""
        hashed = self.hashed(address)
        return [row for (of, _), row in self._rows.items() if of == hashed]

    def all(self) -> dict[Key, SuppressionRow]:
        return self._rows

    def hashed(self, address: str) -> bytes:
        return address_hash(self.key, address)

    def put(self, changed: dict[Key, SuppressionRow | None]) -> None:
        """None removes."""
        for at, row in changed.items():
            if row is None:
                self._rows.pop(at, None)
            else:
                self._rows[at] = row

    def reason(self, channel: str, topic: str, address: str, *, marketing: bool) -> str:
        """Why this address is not written to; "" when it may be."""
        return Staged(self).reason(channel, topic, address, marketing=marketing)


class Staged:
    """A batch's view: nothing reaches the host's suppressions before the commit."""

    def __init__(self, kept: Suppressions) -> None:
        self._kept = kept
        self.changed: dict[Key, SuppressionRow | None] = {}

    def get(self, at: Key) -> SuppressionRow | None:
        return self.changed[at] if at in self.changed else self._kept.get(at)

    def rows(self) -> list[SuppressionRow]:
        return [row for row in ({**self._kept.all(), **self.changed}).values() if row]

    def add(self, row: SuppressionRow) -> bool:
        """Whether it says more than what was known."""
        at = (row.address, row.scope)
        held = self.get(at)
        if held is not None and not outweighs(row.reason, held.reason):
            return False
        self.changed[at] = row
        return True

    def lift(
        self, hashed: bytes, scopes: Iterable[str], reasons: Iterable[str], before: int = 0
    ) -> list[str]:
        """Take away what stands for one of these reasons; the reasons that stay in these scopes.

        ``before``: see ``engine.domain.effect.Lift``.
        """
        stay, liftable = [], frozenset(reasons)
        for scope in scopes:
            held = self.get((hashed, scope))
            if held is None:
                continue
            if held.reason in liftable and (not before or held.at < before):
                self.changed[hashed, scope] = None
            else:
                stay.append(held.reason)
        return stay

    def reason(self, channel: str, topic: str, address: str, *, marketing: bool) -> str:
        """See Suppressions."""
        if not len(self._kept) and not self.changed:
            return ""
        hashed = self._kept.hashed(address)
        rows = (self.get((hashed, scope)) for scope in scopes_of(channel, topic))
        return next((r.reason for r in rows if r and blocks(r.reason, marketing=marketing)), "")
