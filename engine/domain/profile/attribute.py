"""Attributes: what is known about a contact. Traits set them; who sent them decides which may."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from engine.domain.definition import Definition, Name, Scalar
from engine.domain.event import PUBLIC, Event
from engine.domain.profile.consent import PURPOSES
from engine.domain.profile.contact import Contact, without
from engine.domain.profile.reserved import RESERVED

PERSONAL = frozenset({"email", "phone"})
CONSENT = "consent_"
COMPANY = "\0company"
"""Stands for the attributes of a contact's company, among the names that conditions read."""
MISFIT = "attribute_misfit"
"""A value that its attribute's type refuses: the fact, and the code of the rejected row."""

SHOWN = 60
"""Characters of a refused value that its reason repeats."""

Type = Literal["string", "number", "bool", "date", "datetime", "list", "object", "choice"]
Schema = dict[str, "Attribute"]


class Attribute(Definition, frozen=True, kw_only=True):
    """What is expected of an attribute. ``personal`` marks what names or describes the person.

    A date is ``YYYY-MM-DD``; a datetime is RFC 3339 with its offset; a choice is one of ``choices``.
    """

    attribute: Name
    type: Type
    title: str = ""
    personal: bool = False
    choices: tuple[Scalar, ...] | None = None


def misfit(expected: Attribute, value: Any) -> str:
    """Why a value cannot be this attribute's, "" when it can. None, which removes, always can."""
    if value is None or _fits(expected, value):
        return ""
    wanted = _WORDS[expected.type].format(", ".join(map(str, expected.choices or ())))
    shown = msgspec.json.encode(value).decode()[:SHOWN]
    return f"{expected.attribute} takes {wanted}, not {shown}"


def _fits(expected: Attribute, value: Any) -> bool:
    if expected.type == "choice":
        return any(same(value, choice) for choice in expected.choices or ())
    return _FITS[expected.type](value)


_WORDS: dict[Type, str] = {
    "string": "text", "number": "a number", "bool": "true or false", "list": "a list",
    "object": "a group of values", "choice": "one of {}", "date": "a date as 2026-03-29",
    "datetime": "an instant as 2026-03-29T09:00:00Z",
}  # fmt: skip


def is_date(text: str) -> bool:
    """``YYYY-MM-DD``, of a day that there is."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_datetime(text: str) -> bool:
    """RFC 3339, section 5.6: a full date, a full time, and an offset."""
    if not re.match(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}", text, re.ASCII):
        return False
    try:
        return datetime.fromisoformat(text.upper()).tzinfo is not None
    except ValueError:
        return False


def same(left: Any, right: Any) -> bool:
    """Equal and of one kind: ``1`` is ``1.0`` but neither is ``true``."""
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


_FITS: dict[Type, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "bool": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "date": lambda value: isinstance(value, str) and is_date(value),
    "datetime": lambda value: isinstance(value, str) and is_datetime(value),
}


def changes(contact: Contact, event: Event) -> dict[str, Any]:
    """The attributes that this event's traits change; None removes one.

    A public key never gives consent, and on a known contact it only adds what nobody knew yet and
    never an email or phone: anybody can read such a key on a page. What the engine keeps itself is
    nobody's to tell. Consent is judged in ``statement``.
    """
    if not event.traits or event.kind != "identify":
        return {}
    traits: dict[str, Any] = msgspec.json.decode(event.traits)
    held = contact.attributes
    return {
        name: value
        for name, value in traits.items()
        if is_flag(name)
        or (
            name not in RESERVED
            and not unchanged(held.get(name), value)
            and (event.trust != PUBLIC or _public_may(name, held, known=contact.known))
        )
    }


def _public_may(name: str, held: dict[str, Any], *, known: bool) -> bool:
    if name.startswith(CONSENT):
        return False
    return not known or (name not in held and name not in PERSONAL)


def is_flag(name: str) -> bool:
    """``consent_email`` and its like: the attributes that show a whole channel's consent."""
    return name.startswith(CONSENT) and name.removeprefix(CONSENT) in PURPOSES


def unchanged(held: Any, value: Any) -> bool:
    """Equal and of one kind, all the way down: ``1`` is not ``true``, nor ``[1]`` ``[true]``."""
    return bool(held == value) and _plain(held) == _plain(value)


def _plain(value: Any) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def undeclared(attributes: dict[str, Any], schema: Schema) -> list[str]:
    """The names that no schema knows; none when nothing is declared at all."""
    return [name for name in attributes if schema and name not in schema]


def set_attribute(contact: Contact, name: str, value: Any) -> None:
    """None removes."""
    if value is None:
        contact.attributes = without(contact.attributes, name)
    else:
        contact.attributes = contact.attributes | {name: value}
