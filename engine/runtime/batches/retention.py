"""Retention classes of the log: what a row is worth keeping for decides how long it is kept.

0  who the contact is and what was sent: identity, merges, receipts, operators' acts
1  what the contact did: track events
2  where the contact looked: page and screen views
3  time passing: timers; what was counted anew; what was led on, which a retry asks about for a week
"""

from engine.domain.event import Event
from engine.domain.message import LedOn, Message, Rebuilt, TimerFired

PERSON, DEED, NAVIGATION, TIME = range(4)


def class_of(message: Message) -> int:
    if isinstance(message, Event):
        if message.kind == "track":
            return DEED
        return NAVIGATION if message.kind in ("page", "screen") else PERSON
    return TIME if isinstance(message, TimerFired | Rebuilt | LedOn) else PERSON
