"""A part of the engine that runs as one actor, and how parts call one another.

Parts are named ``coordinator``, ``host-0``, ``host-1``, ..., ``sender``. Bytes in, bytes out: the
same part runs as a Ray actor or inside one process.
"""

from typing import Protocol


class PartLost(Exception):  # noqa: N818
    """The part is dead, restarting or unreachable; whether it did the work is unknown."""


class Calls(Protocol):
    """How one part reaches another."""

    async def call(self, part: str, method: str, body: bytes) -> bytes:
        """Raises PartLost. An error that the part itself raised arrives as that error."""
        ...


class Part(Protocol):
    """Lives in one event loop; calls may overlap at its awaits."""

    async def start(self) -> None:
        """Open what it owns; raises when it cannot."""
        ...

    async def call(self, method: str, body: bytes) -> bytes: ...

    async def stop(self) -> None:
        """Finish what was begun, close what it owns."""
        ...
