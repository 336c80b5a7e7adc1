"""Endpoints as ``webhooks.yaml`` declares them: who else is told what happens to contacts."""

from typing import Annotated

import msgspec

from engine.domain.definition import Definition, Name
from engine.domain.duration import Duration
from engine.domain.language.condition import Path
from engine.domain.language.moment import Moment

PREFIX = "webhook/"


class Endpoint(Definition, frozen=True, kw_only=True):
    """``on``: the moments that it hears of, each once. ``attributes`` of the contact that it is told.

    Its secrets are in the variable ``RELANCE_WEBHOOK_<NAME>``, the newest first: each signs.
    """

    webhook: Name
    url: Annotated[str, msgspec.Meta(pattern=r"^https?://[^/?#\s]+[^\s]*$", max_length=2_000)]
    on: tuple[Moment, ...] = ()
    attributes: tuple[Path, ...] = ()
    headers: dict[str, str] | None = None
    timeout: Duration = "15s"


def secret_of(endpoint: str) -> str:
    """The variable that holds its secrets."""
    return f"RELANCE_WEBHOOK_{endpoint.upper()}"


def channel_of(endpoint: str) -> str:
    """The channel that its messages take: each endpoint has one of its own."""
    return f"{PREFIX}{endpoint}"


def is_webhook(channel: str) -> bool:
    return channel.startswith(PREFIX)


def key_of(run: str, step: str, visits: int, endpoint: str, number: int) -> str:
    """Of a message to an endpoint; ``number`` goes up with each that a contact sends."""
    return f"{run}/{step}/{visits}/{endpoint}/{number}"


def line_of(key: str) -> tuple[str, int]:
    """The endpoint and the number in a key, ("", 0) for a message to a person."""
    parts = key.split("/")
    return (parts[3], int(parts[4])) if len(parts) == LONG else ("", 0)


LONG = 5
