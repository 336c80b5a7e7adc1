"""What is told us of messages that have left, and what people answer."""

from typing import Literal

import msgspec

from engine.domain.message import Later

PERSONAL = frozenset({"opened", "clicked"})
"""What may be recorded of a person only who has allowed it (CNIL 2026-042)."""


class Notice(msgspec.Struct, frozen=True, array_like=True):
    """What a provider or a service tells, later, of the message ``key``. ``taken``: it has it, no more.

    ``id`` names the telling: told twice it counts once. ``reply`` is the provider's name for the
    message; ``suppress`` says that ``address`` must not be written to again, ``soft`` that it must not
    after so many such tellings in a row; without an address, the one it was sent to. ``at`` (ms) is
    when it happened, 0 for now; ``bot``: a machine did it.
    """

    source: str
    id: str
    key: str
    channel: str
    status: Literal["taken"] | Later
    reply: str = ""
    reason: str = ""
    address: str = ""
    suppress: bool = False
    soft: int = 0
    at: int = 0
    url: str = ""
    bot: bool = False


class Inbound(msgspec.Struct, frozen=True, array_like=True):
    """A message that a person wrote to us. ``stop``: nothing more may be sent there, ``start``: again."""

    source: str
    id: str
    channel: str
    address: str
    text: str
    stop: bool
    start: bool = False
