"""Attributes: what is known about a contact. Traits set them; who sent them decides which may."""

from typing import Any

import msgspec

from engine.domain.contact import Contact
from engine.domain.event import PUBLIC, Event

PERSONAL = frozenset({"email", "phone"})
CONSENT = "consent_"


def changes(contact: Contact, event: Event) -> dict[str, Any]:
    """The attributes that this event's traits change; None removes one.

    A public key never gives consent, and on a known contact it only adds what nobody knew yet and
    never an email or phone: anybody can read such a key on a page.
    """
    if not event.traits or event.kind != "identify":
        return {}
    traits: dict[str, Any] = msgspec.json.decode(event.traits)
    held = contact.attributes
    return {
        name: value
        for name, value in traits.items()
        if not unchanged(held.get(name), value)
        and (event.trust != PUBLIC or _public_may(name, held, known=contact.known))
    }


def _public_may(name: str, held: dict[str, Any], *, known: bool) -> bool:
    if name.startswith(CONSENT):
        return False
    return not known or (name not in held and name not in PERSONAL)


def unchanged(held: Any, value: Any) -> bool:
    """Equal and of one kind, all the way down: ``1`` is not ``true``, nor ``[1]`` ``[true]``."""
    return bool(held == value) and _plain(held) == _plain(value)


def _plain(value: Any) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def set_attribute(attributes: dict[str, Any], name: str, value: Any) -> None:
    """None removes."""
    if value is None:
        attributes.pop(name, None)
    else:
        attributes[name] = value
