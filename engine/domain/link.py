"""Links in messages that act for whoever got them: signed, so that nobody makes one for somebody else."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import Literal

import msgspec

MARK = 12
"""Bytes of the signature, a truncated HMAC-SHA-256 (RFC 2104, section 5)."""
UNSUBSCRIBE = "/u/{token}"
CONFIRM = "/c/{token}"
HANDOFF = "/h/{token}"


class Link(msgspec.Struct, frozen=True, array_like=True):
    """``key`` is the message it came in, ``address`` the hash of where that went.

    ``subject`` is what consent is about, or what is decided on and by whom.
    ``expires`` (ms) is 0 for links that hold for ever, as those that unsubscribe must.
    """

    act: Literal["u", "c", "h"]
    key: str
    subject: str
    address: bytes = b""
    expires: int = 0


_decoder = msgspec.msgpack.Decoder(Link)


def link_key(pepper: bytes) -> bytes:
    """The key of signatures, of the key that hosts and Sender are handed with each rulebook."""
    return blake2b(pepper, digest_size=32, person=b"links").digest()


def sign(key: bytes, link: Link) -> str:
    body = msgspec.msgpack.encode(link)
    return urlsafe_b64encode(_mark(key, body) + body).decode().rstrip("=")


def read(key: bytes, token: str) -> Link | None:
    """None for what this workspace has not signed."""
    try:
        raw = urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
    except ValueError:
        return None
    if not hmac.compare_digest(raw[:MARK], _mark(key, raw[MARK:])):
        return None
    return _decoder.decode(raw[MARK:])


def _mark(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:MARK]
