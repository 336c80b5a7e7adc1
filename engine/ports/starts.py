"""Starting a scenario by hand for many: everybody on a list, or in a segment."""

from typing import Any, Literal, Protocol

import msgspec

Mode = Literal["count", "start", "tell"]


class StartAsked(msgspec.Struct, frozen=True, array_like=True):
    """Who is to enter ``scenario``: those on ``list``, or in ``segment``. ``properties`` are the runs', as

    JSON. ``label`` names the start: begun again under it, it goes on. ``mode``: ``count`` whom it would
    let in, ``start`` them, or ``tell`` what became of those that it has reached.
    """

    scenario: str
    label: str
    by: str
    list: str = ""
    segment: str = ""
    properties: bytes = b""
    mode: Mode = "start"


class StartPage(msgspec.Struct, frozen=True, array_like=True):
    """How many contacts of a part came to what; ``after`` is the contact that it has come to."""

    counts: dict[str, int]
    after: int
    more: bool


class StartDesk(Protocol):
    async def some(self, asked: StartAsked, after: str) -> dict[str, Any]:
        """A part of the whole, from where ``after`` says, "" for the beginning.

        Answers ``{"counts": {what became: contacts}, "next": where to go on, "" at the end}``. Begun and
        counted: ``started``, ``asked`` (a cap on entries decides), or a reason of those why a contact does
        not enter; told: ``started``, ``asked``, ``waiting`` (leave for later), ``missed``. Raises Unknown
        for a scenario, list or segment that there is not, BadRequest, Busy.
        """
        ...
