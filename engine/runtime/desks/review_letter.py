"""A review that an operator has put aside, in the mailbox."""

from engine.runtime import envelope
from engine.runtime.batches.batch import Batch


class DismissLetter:
    """The pair leaves the list; the contact itself remembers that it was on it."""

    keys: tuple[str, ...] = ()
    contacts: tuple[int, ...] = ()

    def __init__(self, contact: int, other: int) -> None:
        self.pair = (contact, other)

    def take(self, batch: Batch) -> bool:
        batch.write.reviews_gone.append(self.pair)
        return True

    def body(self) -> bytes:
        return envelope.encode(self.pair)

    def quarantined(self) -> bool:
        return False
