"""Webhooks as their operators see them."""

from typing import Any, Protocol


class WebhookDesk(Protocol):
    async def endpoints(self) -> list[dict[str, Any]]:
        """Each with what it was told, what waits, what was given up, and the state of its route."""
        ...

    async def dead(self) -> list[dict[str, Any]]:
        """Webhooks that were given up: key, endpoint, contact, type, when, attempts, reason."""
        ...

    async def replay(self, which: str, by: str) -> int:
        """Try again one by its key, all of an endpoint, or all (""); how many. Raises Unknown for none."""
        ...

    async def enable(self, endpoint: str, by: str) -> None:
        """Tell an endpoint again that had answered 410 Gone. Raises Unknown."""
        ...
