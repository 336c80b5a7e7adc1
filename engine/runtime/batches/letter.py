"""Letters: what reaches a host's mailbox, each knowing how it is worked off in a batch.

A letter names the keys and contacts that it will need, so that a batch reads them in one go.
"""

from typing import Any, Protocol

from engine.domain import message
from engine.domain.message import (
    TimerFired,
)
from engine.ports.host_store import WakeUp
from engine.runtime.batches.batch import Batch


class Letter(Protocol):
    keys: tuple[str, ...]
    contacts: tuple[int, ...]

    def take(self, batch: Batch) -> Any:
        """Work it off; the answer goes back once the batch is committed."""
        ...

    def body(self) -> bytes:
        """What quarantine keeps of it."""
        ...

    def quarantined(self) -> Any:
        """The answer when it failed twice and was put out of the way."""
        ...


class TimerLetter:
    """A wake-up that came due. Stale ones (the contact's row has moved) do nothing."""

    keys: tuple[str, ...] = ()

    def __init__(self, wake: WakeUp) -> None:
        self.wake = wake
        self.contacts: tuple[int, ...] = (wake.contact,)

    def take(self, batch: Batch) -> None:
        resident = batch.resident(self.wake.contact)
        if resident is None or resident.wake != self.wake.due:
            return
        due = resident.contact.due
        if due and due <= batch.now:
            batch.apply(self.wake.contact, TimerFired())
        else:
            batch.rearm(self.wake.contact)

    def body(self) -> bytes:
        return message.encode(TimerFired())

    def quarantined(self) -> None:
        return None
