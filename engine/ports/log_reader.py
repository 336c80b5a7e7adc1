"""Reading a host's log and contacts without owning them: what a rebuild and a survey are made from."""

from collections.abc import Iterable
from typing import Protocol

from engine.ports.host_store import ContactRow, LogRow


class LogReader(Protocol):
    """Writes nothing and never waits for the owner; each call sees what is committed by then."""

    def log(self, after: int, limit: int) -> list[LogRow]:
        """Rows with id > ``after``, in id order."""
        ...

    def log_row(self, row: int) -> LogRow | None: ...

    def contacts(self, ids: Iterable[int]) -> dict[int, ContactRow]: ...

    def all_contacts(self, after: int, limit: int) -> list[ContactRow]:
        """Contacts with id > ``after``, in id order."""
        ...

    def shelves(self, contacts: Iterable[int]) -> dict[int, bytes]: ...

    def whole_since(self) -> int:
        """The instant (ms) from which on no class was cut by retention, 0 when none ever was."""
        ...

    def close(self) -> None: ...
