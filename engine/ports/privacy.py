"""What a person may ask of us, and what is told of those who may look at them."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol


class PrivacyDesk(Protocol):
    """Reports are plain data."""

    async def forget(self, key: str, by: str) -> dict[str, Any]:
        """Erase a person everywhere; the report counts what went, by table.

        Raises Unknown; Busy when it could not be finished now and goes on by itself.
        """
        ...

    def dossier(self, key: str, by: str) -> AsyncIterator[dict[str, Any]]:
        """Everything held of a person: ``{"table", "rows"}``, long tables in parts. Raises Unknown."""
        ...

    async def barred(self, keys: Sequence[str]) -> list[str]:
        """Those of these keys that are addresses of erased persons: no import may bring them back."""
        ...

    async def audit(self, limit: int) -> list[dict[str, Any]]:
        """Who did what, the newest first."""
        ...

    async def retention(self) -> dict[str, Any]:
        """What is kept for how long, what was deleted, and whom a rule erased."""
        ...
