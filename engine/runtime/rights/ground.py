"""What erasing and dossiers work on: the Coordinator, as much of it as they need."""

from typing import Any, Protocol

from engine.clock import Clock
from engine.ports.control_store import ControlStore
from engine.runtime.keyring import Keyring
from engine.runtime.rulebook.event_names import EventNames
from engine.runtime.slots import SlotTable


class Ground(Protocol):
    """``keyring`` is there once the control store is open."""

    table: SlotTable
    control: ControlStore
    clock: Clock
    keyring: Keyring
    event_names: EventNames

    async def hosts(self) -> list[int]:
        """Every host there is."""
        ...

    async def ask(self, host: int, method: str, body: bytes = b"") -> Any:
        """Raises Busy while it is being restarted."""
        ...

    async def ask_part(self, part: str, method: str, body: bytes) -> Any:
        """Raises Busy while it is being restarted."""
        ...
