"""What providers tell us: of the messages that they took, and what people answer."""

from typing import Literal

import msgspec


class Notice(msgspec.Struct, frozen=True, array_like=True):
    """What a provider tells, later, of the message ``key``. ``taken`` says that it has it, no more.

    ``id`` names the telling: told twice it counts once. ``reply`` is the provider's name for the
    message; ``suppress`` says that ``address`` must not be written to again, ``soft`` that it must not
    after so many such tellings in a row.
    """

    source: str
    id: str
    key: str
    channel: str
    status: Literal["taken", "delivered", "undelivered"]
    reply: str = ""
    reason: str = ""
    address: str = ""
    suppress: bool = False
    soft: int = 0


class Inbound(msgspec.Struct, frozen=True, array_like=True):
    """A message that a person wrote to us. ``stop``: nothing more may be sent there, ``start``: again."""

    source: str
    id: str
    channel: str
    address: str
    text: str
    stop: bool
    start: bool = False
