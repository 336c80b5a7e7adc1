"""A part of the engine that runs as one actor, how parts call one another, and what runs them.

Parts are named ``coordinator``, ``host-0``, ``host-1``, ..., ``sender``. Bytes in, bytes out: the
same part runs as a Ray actor or inside one process.
"""

from typing import Protocol, runtime_checkable


class PartLost(Exception):  # noqa: N818
    """The part is dead, restarting or unreachable; whether it did the work is unknown."""


class Calls(Protocol):
    """How one part reaches another."""

    async def call(self, part: str, method: str, body: bytes) -> bytes:
        """Raises PartLost. An error that the part itself raised arrives as that error."""
        ...


class Part(Protocol):
    """Lives in one event loop; calls may overlap at its awaits.

    OwnershipLost out of ``call`` ends the part: a newer owner exists.
    """

    async def start(self) -> None:
        """Open what it owns; raises when it cannot."""
        ...

    async def call(self, method: str, body: bytes) -> bytes: ...

    async def stop(self) -> None:
        """Finish what was begun, close what it owns."""
        ...


@runtime_checkable
class Mortal(Protocol):
    """A part that works without being called, and so may fail without anybody seeing it."""

    async def failed(self) -> None:
        """Return once it can no longer do its work: its runtime ends it then, as a crash would."""
        ...


@runtime_checkable
class Droppable(Protocol):
    """A part that holds what the kernel frees for a killed process: locks, sockets, descriptors."""

    def drop(self) -> None:
        """Let go of them at once and write nothing. Called by a runtime without processes only."""
        ...


class Factory(Protocol):
    """Makes a part. A Ray runtime names it ``module:function``, so that only the worker imports it."""

    def __call__(self, name: str, spec: bytes, calls: Calls) -> Part: ...


class Runtime(Protocol):
    """Where parts run. ``calls`` reaches them from outside."""

    @property
    def calls(self) -> Calls: ...

    async def start(self) -> None:
        """Make ready to run parts."""
        ...

    async def start_part(self, name: str) -> None:
        """Make sure that an earlier one is gone, then make and start it.

        Raises what its start raised, or PartLost; after either nothing of it runs.
        """
        ...

    async def stop_part(self, name: str) -> None:
        """Drain it, then end it; a part that cannot drain is killed."""
        ...

    async def kill(self, name: str) -> None:
        """End it as kill -9 does; it is gone on return."""
        ...

    async def died(self, name: str) -> None:
        """Return once the part has ended, however it did; at once when it does not run."""
        ...

    async def lost(self) -> str:
        """Return, with the reason, once the runtime itself can run no parts any more."""
        ...

    def pids(self) -> dict[str, int]:
        """The process of each running part."""
        ...

    async def stop(self) -> None:
        """End every part still running, without draining, and the runtime."""
        ...
