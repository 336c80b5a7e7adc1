"""High-water marks: how far time and each number have come. They only rise, whatever is deleted."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from engine.domain.profile.identity import SLOT_BITS
from engine.errors import StoreError
from engine.ports.host_store import Write

FIRST = 1
"""The id of a log's first row: a cut there has taken nothing away."""


class Marks(NamedTuple):
    """``now`` is the last committed one (ms); ``next_`` ones are the first number not yet used.

    ``rebuilt`` alone may fall: see ``engine.ports.host_store.Write``.
    """

    now: int = 0
    next_log: int = FIRST
    next_contact: int = 1
    next_hop: int = 1
    rebuilt: int = 0

    def after(self, write: Write) -> "Marks":
        """The marks that a commit leaves behind. Raises StoreError when it uses a number again.

        Numbers come first in their rows, so that the smallest row has the smallest number.
        """
        self._refuse_used("log row", self.next_log, write.log)
        self._refuse_used("hop", self.next_hop, write.hops)
        contact = max(write.contacts)[0] >> SLOT_BITS if write.contacts else 0
        return Marks(
            max(self.now, write.now),
            max(write.log)[0] + 1 if write.log else self.next_log,
            max(self.next_contact, contact + 1),
            max(write.hops)[0] + 1 if write.hops else self.next_hop,
            self.rebuilt if write.rebuilt is None else write.rebuilt,
        )

    @staticmethod
    def _refuse_used(what: str, free: int, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows and (least := min(rows)[0]) < free:
            message = f"{what} {least} was used before: the next free number is {free}"
            raise StoreError(message)
