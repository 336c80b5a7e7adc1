"""Consent and suppression, as the doors see the engine."""

from typing import Literal, Protocol

from engine.domain.consents.topic import Topic
from engine.domain.link import Link
from engine.domain.profile.consent import Status


class ConsentDesk(Protocol):
    """``scope``: "" (everything), a channel, or ``channel/topic``.

    See ``engine.domain.consents.suppression``.
    """

    async def suppress(self, scope: str, address: str, reason: str, by: str) -> None:
        """Raises BadRequest."""
        ...

    async def lift(self, scope: str, address: str, by: str, reasons: tuple[str, ...] = ()) -> None:
        """Write to an address again: where one of ``reasons`` stands, by default those an operator may lift.

        Raises NotAllowed by default, where another reason stands.
        """
        ...

    async def state(self, key: str, subject: str, status: Status, note: str, by: str) -> None:
        """An operator's statement on ``channel`` or ``channel/topic``; ``note`` is the evidence.

        Raises Unknown, BadRequest.
        """
        ...

    def link(self, token: str) -> Link | None:
        """What the token of a link stands for; None for one that was not made here."""
        ...

    async def follow(self, link: Link, *, everything: bool, ip: str) -> Literal["done", "late"]:
        """Do what a link is for; kept on return. ``everything``: leave the channel, not only the topic."""
        ...

    async def chosen(self, link: Link) -> frozenset[str]:
        """The topics that whoever has the link gets on its channel."""
        ...

    async def choose(self, link: Link, topics: frozenset[str], ip: str) -> None:
        """From here on they get these topics on the link's channel, of those that there are, and no other."""
        ...

    def topics(self) -> tuple[Topic, ...]: ...
