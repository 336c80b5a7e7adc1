"""What a host is asked about hand-offs: its list, one that an operator raises, one that is decided."""

from typing import TYPE_CHECKING, Any

import msgspec

from engine.domain.message import Decided, Raised
from engine.runtime.batches import handoff_rows
from engine.runtime.desks.handoff_letter import HandoffLetter

if TYPE_CHECKING:
    from engine.runtime.host import ContactHost

METHODS = ("handoff", "handoffs")


async def answer(host: "ContactHost", method: str, body: bytes) -> Any:
    if method == "handoffs":
        asked = msgspec.msgpack.decode(body, type=tuple[str, str, int])
        return handoff_rows.told(host.memory, *asked)
    contact, message = msgspec.msgpack.decode(body, type=tuple[int, Raised | Decided])
    return (await host.mailbox.put([HandoffLetter(contact, message)]))[0]
