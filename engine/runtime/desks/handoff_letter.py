"""A hand-off that an operator raises, or somebody decides on, in the mailbox."""

from engine.domain.handoffs.handoff import REFUSED
from engine.domain.message import Decided, Raised
from engine.runtime import envelope
from engine.runtime.batches.batch import Batch
from engine.runtime.sending.notice import NOBODY

DONE, LATE = "", "late"


class HandoffLetter:
    """Answers why it came to nothing ("" when it did not), and the contact to ask on, or NOBODY."""

    keys: tuple[str, ...] = ()

    def __init__(self, contact: int, asked: Raised | Decided) -> None:
        self.contact = contact
        self.asked = asked
        self.contacts: tuple[int, ...] = (contact,)

    def take(self, batch: Batch) -> tuple[str, int]:
        resident = batch.resident(self.contact)
        if resident is None:
            return LATE, NOBODY
        if resident.contact.merged_into:
            return LATE, resident.contact.merged_into
        for fact in batch.apply(self.contact, self.asked).facts:
            if fact.what == REFUSED and isinstance(self.asked, Raised):
                return str(fact.detail), 0
            if fact.what == "handoff_late":
                return LATE, 0
        return DONE, 0

    def body(self) -> bytes:
        return envelope.encode(self.asked)

    def quarantined(self) -> tuple[str, int]:
        return "it failed and was set aside; see the engine's log", NOBODY
