"""May this message be sent to this contact? Asked at the decision and again at the hand-over."""

from typing import Any

from engine.domain.channel import ADDRESSES
from engine.domain.contact import Contact
from engine.domain.identity import value_of
from engine.domain.phone import e164

NO_ADDRESS = "no_address"
NO_CONSENT = "no_consent"
SUPPRESSED = "suppressed"
OPTED_OUT = "opted_out"
"""The reason of a suppression that the person asked for: consent goes with it."""


def address_of(contact: Contact, channel: str) -> str:
    """The attribute (``email``, ``phone``), else the first such key; "" when there is none.

    A phone number counts only with its country code.
    """
    kind = ADDRESSES[channel]
    attribute: Any = contact.attributes.get(kind)
    written = attribute if isinstance(attribute, str) else ""
    if not written:
        prefix = f"{kind}:"
        written = next((value_of(key) for key in contact.keys if key.startswith(prefix)), "")
    return e164(written) if kind == "phone" else written


def refusal(contact: Contact, channel: str, *, marketing: bool) -> str:
    """Why the message must not be sent, "" when it may. Marketing needs ``consent_<channel>``: true."""
    if not address_of(contact, channel):
        return NO_ADDRESS
    if marketing and contact.attributes.get(f"consent_{channel}") is not True:
        return NO_CONSENT
    return ""
