"""Suppression: the standing order not to write to an address. It outlives whoever had the address.

``scope`` is "" (everything), a channel, or ``channel/topic``. For each address and scope the weightiest
reason stands. What a person asked for (unsubscribe) stops marketing; every other reason stops all.
"""

import hmac
from collections.abc import Iterator

from engine.domain.channel import ADDRESSES, CHANNELS
from engine.domain.profile.consent import OPTED_OUT, subject_of
from engine.domain.profile.phone import e164

UNSUBSCRIBE = "unsubscribe"
HARD_BOUNCE = "hard_bounce"
MANUAL = "manual"
COMPLAINT = "complaint"
ERASURE = "erasure"
REASONS = (UNSUBSCRIBE, OPTED_OUT, HARD_BOUNCE, MANUAL, COMPLAINT, ERASURE)
"""In order of weight: a later one replaces an earlier one, never the other way round."""
LIFTED_BY_HAND = frozenset({MANUAL})
LIFTED_BY_CONSENT = frozenset({UNSUBSCRIBE})
"""An explicit, proved opt-in undoes what the person had asked for; no statement undoes a complaint."""


def address_hash(key: bytes, address: str) -> bytes:
    """What a suppression remembers of an address: HMAC-SHA-256 of how it is compared, 16 bytes.

    ``key`` comes from the workspace's secret: without it nobody can try addresses against a store.
    """
    return hmac.digest(key, normalised(address).encode("utf-8", "replace"), "sha256")[:16]


def normalised(address: str) -> str:
    """Trimmed and without case, the domain as IDNA ASCII; a number as E.164. Dots and tags stay."""
    written = address.strip().lower()
    local, at, domain = written.rpartition("@")
    if not at:
        return e164(written) or written
    try:
        return f"{local}@{domain.rstrip('.').encode('idna').decode()}"
    except UnicodeError:
        return written


def scopes_of(channel: str, topic: str = "") -> Iterator[str]:
    """Every scope that a message of this channel and topic lies in."""
    yield ""
    yield channel
    if topic:
        yield subject_of(channel, topic)


def blocks(reason: str, *, marketing: bool) -> bool:
    return marketing or reason != UNSUBSCRIBE


def outweighs(reason: str, held: str) -> bool:
    return REASONS.index(reason) > REASONS.index(held)


def reason_of(text: str) -> str:
    """One of REASONS; whatever else an operator wrote is ``manual``."""
    return text if text in REASONS else MANUAL


def is_scope(scope: str) -> bool:
    return scope == "" or scope.partition("/")[0] in CHANNELS


def channels_of(address: str) -> Iterator[str]:
    """The channels that could write to an address of this kind."""
    kind = "email" if "@" in address else "phone"
    return (channel for channel, wanted in ADDRESSES.items() if wanted == kind)
