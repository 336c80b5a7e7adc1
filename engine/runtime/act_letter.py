"""An operator's act, in the mailbox."""

from engine.domain.effect import Suppress
from engine.domain.message import (
    Act,
)
from engine.runtime import envelope
from engine.runtime.batch import Batch


class ActLetter:
    """An operator's act on a contact, or on an address. Answers whether there was something to act on."""

    keys: tuple[str, ...] = ()

    def __init__(self, contact: int, act: Act | Suppress) -> None:
        self.contact = contact
        self.act = act
        self.contacts: tuple[int, ...] = (contact,) if contact else ()

    def take(self, batch: Batch) -> bool:
        if isinstance(self.act, Suppress):
            batch.suppress(self.act.channel, self.act.address, self.act.reason)
            return True
        if batch.resident(self.contact) is None:
            return False
        batch.apply(self.contact, self.act)
        return True

    def body(self) -> bytes:
        return envelope.encode(self.act)

    def quarantined(self) -> bool:
        return False
