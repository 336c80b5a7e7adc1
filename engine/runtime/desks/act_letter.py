"""An operator's act, or a link that was followed, in the mailbox."""

from engine.domain.effect import Lift, Suppress
from engine.domain.message import Act, Stated
from engine.runtime import envelope
from engine.runtime.batches.batch import Batch
from engine.runtime.sending.notice import NOBODY

GONE = "gone"
"""The contact is not here, or it was set aside with what was done to it."""


class ActLetter:
    """What an operator did to a contact. Answers "", or why nothing came of it: GONE, or a fact's detail."""

    keys: tuple[str, ...] = ()

    def __init__(self, contact: int, act: Act) -> None:
        self.contact = contact
        self.act = act
        self.contacts: tuple[int, ...] = (contact,)

    def take(self, batch: Batch) -> str:
        resident = batch.resident(self.contact)
        if resident is None or resident.contact.merged_into:
            return GONE
        facts = batch.apply(self.contact, self.act).facts
        refused = (fact.detail for fact in facts if fact.what == "start_refused")
        return next(refused, "") if self.act.act == "start" else ""

    def body(self) -> bytes:
        return envelope.encode(self.act)

    def quarantined(self) -> str:
        return GONE


class SuppressLetter:
    """Suppress an address, or lift that. Answers the reasons that stay in what was to be lifted."""

    keys: tuple[str, ...] = ()
    contacts: tuple[int, ...] = ()

    def __init__(self, asked: Suppress | Lift) -> None:
        self.asked = asked

    def take(self, batch: Batch) -> list[str]:
        return batch.suppress(self.asked)

    def body(self) -> bytes:
        return envelope.encode(self.asked)

    def quarantined(self) -> list[str]:
        return []


class StatedLetter:
    """A statement on consent. Answers whether it was kept, and the contact to ask on (a merge), or NOBODY."""

    keys: tuple[str, ...] = ()

    def __init__(self, contact: int, stated: Stated) -> None:
        self.contact = contact
        self.stated = stated
        self.contacts: tuple[int, ...] = (contact,)

    def take(self, batch: Batch) -> tuple[bool, int]:
        resident = batch.resident(self.contact)
        if resident is None:
            return False, NOBODY
        if resident.contact.merged_into:
            return False, resident.contact.merged_into
        facts = batch.apply(self.contact, self.stated).facts
        return not any(fact.what == "optin_late" for fact in facts), 0

    def body(self) -> bytes:
        return envelope.encode(self.stated)

    def quarantined(self) -> tuple[bool, int]:
        return False, NOBODY
