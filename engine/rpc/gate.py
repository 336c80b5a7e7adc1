"""Who is calling, and what their kind of key may do."""

import binascii
from base64 import b64decode

from engine.errors import NotAllowed
from engine.ports.control_store import ApiKey, KeyKind
from engine.ports.engine import Engine

PUSHERS: tuple[KeyKind, ...] = ("public", "server", "admin")
VIEWERS: tuple[KeyKind, ...] = ("viewer", "operator", "admin")
OPERATORS: tuple[KeyKind, ...] = ("operator", "admin")
IMPORTERS: tuple[KeyKind, ...] = ("server", "operator", "admin")
ADMINS: tuple[KeyKind, ...] = ("admin",)

LOCAL = ApiKey("local", "admin", "local", b"", 0)
"""Whoever may open the control socket: the file's mode is the key."""


class NoKey(NotAllowed):
    """Give a key that is in force: `authorization: Bearer <key>`; `relance keys create` makes one."""


def secret_of(authorization: str) -> str:
    """The key in a Bearer or Basic header (the user name; its password is empty), or ``""``."""
    scheme, _, given = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(given.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return ""


def admit(engine: Engine, secrets: tuple[str, ...], kinds: tuple[KeyKind, ...]) -> ApiKey:
    """The first of these secrets that is a key in force. Raises NoKey, NotAllowed."""
    known = (key for secret in secrets if secret and (key := engine.authenticate(secret)))
    key = next(known, None)
    if key is None:
        raise NoKey
    check(key, kinds)
    return key


def check(key: ApiKey, kinds: tuple[KeyKind, ...]) -> None:
    """Raises NotAllowed, which says what kind is needed."""
    if key.kind not in kinds:
        wanted = " or ".join(kinds)
        raise NotAllowed(f"this needs a key of kind {wanted}; {key.name} is of kind {key.kind}")
