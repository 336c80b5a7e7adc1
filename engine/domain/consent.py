"""May this message be sent to this contact? Asked at the decision and again at the hand-over."""

from typing import Any

from engine.domain.contact import Contact
from engine.domain.identity import value_of

NO_ADDRESS = "no_address"
NO_CONSENT = "no_consent"
SUPPRESSED = "suppressed"


def address_of(contact: Contact, channel: str) -> str:
    """The attribute ``email``, else the first email key; "" when there is none."""
    attribute: Any = contact.attributes.get(channel)
    if isinstance(attribute, str) and attribute:
        return attribute
    prefix = f"{channel}:"
    return next((value_of(key) for key in contact.keys if key.startswith(prefix)), "")


def refusal(contact: Contact, channel: str, *, marketing: bool) -> str:
    """Why the message must not be sent, "" when it may. Marketing needs ``consent_<channel>``: true."""
    if not address_of(contact, channel):
        return NO_ADDRESS
    if marketing and contact.attributes.get(f"consent_{channel}") is not True:
        return NO_CONSENT
    return ""
