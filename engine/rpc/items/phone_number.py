"""Phone numbers as people write them -> ITU-T E.164, by every country's numbering plan."""

from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberFormat

from engine.domain.profile.identity import key_of, kind_of, value_of

PHONE = "phone"


def international(written: str, country: str) -> str:
    """``06 12 34 56 78`` in FR -> ``+33612345678``; "" for what is no number of one line.

    A number with an extension is a switchboard's: as a key it would be the key of everybody behind it.
    """
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return ""
    if number.extension or not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def with_country(traits: dict[str, Any], country: str) -> dict[str, Any]:
    """The traits with their phone in E.164; the same object when nothing has to change."""
    phone = traits.get(PHONE)
    if not isinstance(phone, str | int) or isinstance(phone, bool):
        return traits
    number = international(str(phone), country)
    return traits | {PHONE: number} if number and number != phone else traits


def told_key(key: str, country: str) -> str:
    """A key as a person types it, as the engine keeps it; a contact id stays what it is."""
    kind, value = kind_of(key), value_of(key)
    if not value:
        return key
    return key_of(kind, international(value, country) or value if kind == PHONE else value)
