"""The keys by which an item addresses a contact, ordered by rank."""

import re
from typing import Any

from engine.domain.profile.identity import key_of, rank_of
from engine.rpc.items.item import Identifier, Item
from engine.rpc.items.phone_number import international, told_key
from engine.rpc.items.refusal import Refused
from engine.rpc.items.vocabulary import NOBODY

LONGEST = 500
MOST = 20
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_KIND = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


def told_address(written: str, country: str) -> str:
    """An address as a person types it, as the engine keeps it; "" for what is none."""
    if _EMAIL.fullmatch(written.strip()):
        return written.strip()
    return international(written, country)


def keys_of(
    item: Item, kind: str, context: dict[str, Any], traits: dict[str, Any], country: str
) -> tuple[str, ...]:
    """A phone without country code is of ``country``.

    Raises Refused when the item names nobody, or in a way that cannot be kept.
    """
    user = text_of(item.user_id, "userId")
    device = text_of(item.anonymous_id, "anonymousId")
    external = _external(item.external_ids or {}, context.get("externalIds"), country)
    if not user and not device and not external:
        raise Refused("no_user_anon_id", "give userId, anonymousId or an external id, not empty")
    keys = [key_of("user_id", user)] if user else []
    keys += external
    if kind == "identify":
        keys += _from_traits(traits, country)
    if device:
        keys.append(key_of("anonymous_id", device))
    if kind == "alias":
        keys += _previous(item, user)
    if len(keys) > MOST:
        raise Refused("too_many_ids", f"{len(keys)} ids on one item: send at most {MOST}")
    if external:  # the only ones whose kind, hence rank, is the sender's to choose
        keys.sort(key=rank_of)
    return tuple(dict.fromkeys(keys))


def text_of(given: Identifier, what: str) -> str:
    """An id as text; empty when it is absent or what a broken script writes for nothing."""
    if given is None:
        return ""
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    text = str(given).strip()
    if text in NOBODY:
        return ""
    if len(text) > LONGEST:
        raise Refused("id_too_long", f"{what} has {len(text)} characters: send at most {LONGEST}")
    if "\x00" in text:
        raise Refused("bad_text", f"{what} has a NUL: leave it out")
    return text


def _previous(item: Item, user: str) -> list[str]:
    """A browser that aliases after it identified sends its userId as previousId: nothing to join."""
    previous = text_of(item.previous_id, "previousId")
    if not user or not previous:
        raise Refused("no_previous_id", "an alias needs userId and previousId")
    return [] if previous == user else [key_of("anonymous_id", previous)]


def _from_traits(traits: dict[str, Any], country: str) -> list[str]:
    """Email and phone, where they look like one: ``n/a`` must not become everybody's key."""
    email = _scalar(traits.get("email"))
    number = international(_scalar(traits.get("phone")), country) if "phone" in traits else ""
    keys = [key_of("email", email)] if _EMAIL.fullmatch(email) else []
    return keys + ([key_of("phone", number)] if number else [])


def _scalar(given: object) -> str:
    return str(given).strip() if isinstance(given, str | int) else ""


def _external(own: dict[str, str], listed: object, country: str) -> list[str]:
    """gRPC's map of kind -> id, then Segment's list of ``{"type", "id"}``."""
    if not own and listed is None:
        return []
    pairs: list[tuple[object, object]] = list(own.items())
    if listed is not None and not isinstance(listed, list):
        raise Refused("bad_external_id", "context.externalIds must be a list of {type, id}")
    for entry in listed or []:
        if not isinstance(entry, dict):
            raise Refused("bad_external_id", "an entry of context.externalIds must be {type, id}")
        pairs.append((entry.get("type"), entry.get("id")))
    return [key for kind, value in pairs if (key := _external_key(kind, value, country))]


def _external_key(kind: object, value: object, country: str) -> str:
    """``crm:0031``: its kind is the system that knows the person by this id."""
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise Refused("bad_external_id", "the type of an external id is a name: a-z, 0-9, _ . -")
    if value is not None and not isinstance(value, str | int | float):
        raise Refused("bad_external_id", f"the external id {kind} must be a text")
    text = text_of(value, f"the external id {kind}")
    return told_key(f"{kind}:{text}", country) if text else ""
