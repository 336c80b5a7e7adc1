"""What a contact has consented to, and whether its addresses are written to, for a reader."""

from typing import Any

import msgspec

from engine.domain.channel import CHANNELS
from engine.domain.consents.permission import address_of
from engine.domain.profile.consent import Consent
from engine.domain.profile.contact import Contact
from engine.runtime.state.memory import Memory


def told(memory: Memory, contact: Contact) -> dict[str, Any]:
    """``consents``: subject -> statement with its evidence; ``suppressed``: channel -> yes or no.

    A double opt-in that waits shows as pending where nothing is granted.
    """
    consents = {subject: _plain(held) for subject, held in contact.consents.items()}
    for subject, waiting in contact.optins.items():
        if subject not in consents or not contact.consents[subject].granted:
            asked = _plain(waiting.consent) | {"status": "pending", "expires": waiting.expires}
            consents[subject] = asked
    return {"consents": consents, "suppressed": _suppressed(memory, contact)}


def _plain(held: Consent) -> dict[str, Any]:
    """Status and instant, and what else is known."""
    plain: dict[str, Any] = msgspec.structs.asdict(held)
    known = {name: value for name, value in plain.items() if value}
    return {"status": held.status, "at": held.at, **known}


def _suppressed(memory: Memory, contact: Contact) -> dict[str, bool]:
    """By channel that the contact has an address for: whether marketing to it is stopped."""
    addresses = {channel: address_of(contact, channel) for channel in CHANNELS}
    return {
        channel: bool(memory.suppressed.reason(channel, "", address, marketing=True))
        for channel, address in addresses.items()
        if address
    }
