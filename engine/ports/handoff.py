"""Hand-offs, as the doors see the engine."""

from typing import Any, Literal, Protocol

from engine.domain.link import Link
from engine.domain.profile.offer import Decision


class HandoffDesk(Protocol):
    """A contact is named by a key or by its id, one of its hand-offs by the id of that."""

    async def listed(self, owner: str, status: str, limit: int) -> list[dict[str, Any]]:
        """Open ones first, by their deadline; then closed ones, the latest first. "" stands for any."""
        ...

    async def of(self, key: str) -> list[dict[str, Any]]:
        """All of one contact. Raises Unknown."""
        ...

    async def offer(self, key: str, name: str, reason: str, by: str) -> dict[str, Any]:
        """Raise it now; the hand-off. Raises Unknown, and BadRequest when it is open already."""
        ...

    async def decide(
        self, which: str, decision: Decision, reason: str, until: str, by: str
    ) -> dict[str, Any]:
        """``which``: a hand-off, or a contact that has one open. The hand-off as it stands then.

        ``until`` goes with a return: a date, an instant, or a duration from now. Raises Unknown, and
        BadRequest when it is decided already or something is missing.
        """
        ...

    async def shown(self, link: Link) -> dict[str, Any] | None:
        """What the holder of a link sees: the hand-off and whose it is; None where it leads nowhere."""
        ...

    async def follow(
        self, link: Link, decision: Decision, reason: str, until: str
    ) -> Literal["done", "late"]:
        """Decide by a link. Raises BadRequest when something is missing."""
        ...
