"""Segment's calls, typed: what ``push`` and ``send`` take, with our words for what is in them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

Json = Mapping[str, Any]


class Sender(TypedDict, total=False):
    """Of whom, when and where; one of the two ids is needed. ``timestamp`` without a zone is UTC.

    ``message_id`` names the event for ever: give the same one to send it again.
    """

    user_id: str
    anonymous_id: str
    external_ids: Mapping[str, str]
    timestamp: datetime | str
    message_id: str
    context: Json


def track(event: str, properties: Json | None = None, **sender: Unpack[Sender]) -> dict[str, Any]:
    """The contact did something: ``Order Completed``."""
    return {"type": "track", "event": event, "properties": properties or {}} | _named(sender)


def identify(traits: Json | None = None, **sender: Unpack[Sender]) -> dict[str, Any]:
    """What is known of the contact; a trait that is None is taken away."""
    return {"type": "identify", "traits": traits or {}} | _named(sender)


def page(name: str, properties: Json | None = None, **sender: Unpack[Sender]) -> dict[str, Any]:
    return {"type": "page", "name": name, "properties": properties or {}} | _named(sender)


def group(group_id: str, traits: Json | None = None, **sender: Unpack[Sender]) -> dict[str, Any]:
    """The contact belongs to a company."""
    return {"type": "group", "groupId": group_id, "traits": traits or {}} | _named(sender)


def alias(previous_id: str, **sender: Unpack[Sender]) -> dict[str, Any]:
    """``user_id`` is who was known by ``previous_id`` before."""
    return {"type": "alias", "previousId": previous_id} | _named(sender)


def _named(sender: Sender) -> dict[str, Any]:
    names = {
        "user_id": "userId",
        "anonymous_id": "anonymousId",
        "external_ids": "externalIds",
        "message_id": "messageId",
    }
    return {names.get(name, name): value for name, value in sender.items()}
