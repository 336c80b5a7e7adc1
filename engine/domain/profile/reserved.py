"""Attributes that the engine keeps itself: ``visit``, ``touch``, ``device`` and ``place``.

They are read as any attribute (``visit.count``, ``touch.first.source``, ``device.os``,
``place.country``), in conditions and in templates. No sender and no operator sets them.
"""

from collections.abc import Callable
from typing import Any

from engine.domain.profile.contact import Contact
from engine.domain.profile.session import Visits, touch_attributes, visit_attributes

_READ: dict[str, Callable[[Visits], dict[str, Any]]] = {
    "visit": visit_attributes,
    "touch": touch_attributes,
    "device": lambda visits: visits.device,
    "place": lambda visits: visits.place,
}
RESERVED = tuple(_READ)
ENRICHED = "enriched"
"""The part of an event's context that the doors add: ``device`` and ``place``."""


def read(contact: Contact, name: str) -> Any:
    """An attribute's value, kept by the engine or told by somebody; None when it is not known."""
    if name in _READ:
        return _READ[name](contact.visits) if contact.visits else None
    return contact.attributes.get(name)
