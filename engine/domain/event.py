"""What happens to a contact, as every door (gRPC, HTTP, import) hands it to the engine."""

from typing import Literal

import msgspec

Kind = Literal["track", "identify", "page", "screen", "group", "alias"]

PUBLIC = 0
TOKEN = 1
SERVER = 2


class Event(msgspec.Struct, frozen=True, array_like=True, tag="event", gc=False):
    """Instants are milliseconds since 1970 UTC; the JSON parts stay raw until a condition reads them.

    ``keys`` are ordered by rank; ``addressed`` is the index of the key that routed the event.
    ``fingerprint`` (6 bytes) is the keyed hash of (source, message id) that deduplicates retries.
    ``trust`` is PUBLIC, TOKEN (public key and a signed user token) or SERVER.
    ``live`` is false when automations must not react (import, ``integrations.All`` off).
    """

    keys: tuple[str, ...]
    name: str
    kind: Kind
    message_id: str
    source: str
    fingerprint: bytes
    at: int
    received: int
    properties: bytes = b""
    traits: bytes = b""
    context: bytes = b""
    zone: str = ""
    trust: int = SERVER
    live: bool = True
    addressed: int = 0

    @property
    def key(self) -> str:
        """The key that this event was addressed by."""
        return self.keys[self.addressed]
