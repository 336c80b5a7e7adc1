"""A contact's life as it was kept: its rows, what it is now, and the rulebooks that it was lived under."""

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

from engine.ports.host_store import LogRow


class LifePart(msgspec.Struct, frozen=True):
    """Some rows of ``contact``, newest first. Its first part has its state, and the time of its host.

    ``state`` is the contact as MessagePack, shelf included; ``now`` in ms. ``cut``: rows that came before
    these are kept no longer. ``rulebooks`` are the encoded definitions, by version, of rulebooks that no
    part before this one had; the one in force is among them.
    """

    contact: int
    rows: list[LogRow]
    state: bytes = b""
    now: int = 0
    cut: bool = False
    rulebooks: dict[int, bytes] = {}


class LifeDesk(Protocol):
    def read(self, key: str) -> AsyncIterator[LifePart]:
        """The contact that has this key, then each that became a part of it. Raises Unknown."""
        ...
