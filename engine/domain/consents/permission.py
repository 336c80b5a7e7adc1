"""May this message be sent to this contact? Asked at the decision and again at the hand-over."""

from typing import TYPE_CHECKING, Any

from engine.domain.channel import ADDRESSES
from engine.domain.consents import quiet
from engine.domain.profile.calendar import zone_of
from engine.domain.profile.consent import allows
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import value_of
from engine.domain.profile.phone import e164

if TYPE_CHECKING:
    from engine.domain.rulebooks.rulebook import Rulebook

NO_ADDRESS = "no_address"
NO_CONSENT = "no_consent"
SUPPRESSED = "suppressed"
OUT_OF_TIME = "waited_too_long"
COUNTRY = "country"
LETTERS = 2


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


def refusal(contact: Contact, channel: str, topic: str, *, marketing: bool) -> str:
    """Why the message must not be sent, "" when it may. Marketing needs consent, see ``allows``."""
    if not address_of(contact, channel):
        return NO_ADDRESS
    if marketing and not allows(contact.consents, channel, topic):
        return NO_CONSENT
    return ""


def opening(rulebook: "Rulebook", contact: Contact, channel: str, now: int) -> int:
    """The first instant from ``now`` on at which marketing may reach this contact by this channel."""
    country = country_of(rulebook, contact)
    hours = [
        one for one in rulebook.hours if one.channel == channel and one.country in ("", country)
    ]
    if not hours:
        return now
    holidays = rulebook.holidays.get(country, frozenset())
    return quiet.opening(hours, holidays, now, zone_of(contact, rulebook.zone))


def country_of(rulebook: "Rulebook", contact: Contact) -> str:
    """Attribute ``country`` (ISO 3166-1 alpha-2), else the workspace's first; "" where there is none."""
    told = contact.attributes.get(COUNTRY)
    if isinstance(told, str) and len(told) == LETTERS:
        return told.upper()
    return rulebook.countries[0] if rulebook.countries else ""
