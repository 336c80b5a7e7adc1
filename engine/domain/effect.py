"""What a step asks of the world. Every effect is a row, committed with the step that caused it."""

from typing import Any, Literal

import msgspec

from engine.domain.identity import Claim


class Send(msgspec.Struct, frozen=True, array_like=True, tag="send"):
    """One message to one address. ``key`` = run/step/occurrence: the same on every retry, for ever."""

    key: str
    contact: int
    scenario: str
    channel: str
    template: str
    address: str
    marketing: bool
    variables: dict[str, Any]
    at: int


class ClaimKey(msgspec.Struct, frozen=True, array_like=True, tag="claim"):
    """To the directory of the key's slot: bind this key to me."""

    claim: Claim


class AskYield(msgspec.Struct, frozen=True, array_like=True, tag="ask"):
    """To the contact that holds a key I claim; ``via`` sent me there, 0 for the directory."""

    to: int
    claim: Claim
    via: int = 0


class Adopt(msgspec.Struct, frozen=True, array_like=True, tag="adopt"):
    """To the survivor: take my state. The host adds the contact's queued messages (they leave it)."""

    to: int
    state: bytes
    sends: tuple[Send, ...] = ()


class Suppress(msgspec.Struct, frozen=True, array_like=True, tag="suppress"):
    """To every store: never write to this address on this channel again."""

    channel: str
    address: str
    reason: str


class Settle(msgspec.Struct, frozen=True, array_like=True, tag="settle"):
    """The outbox row of this key is finished, or (``deferred``) waits for its next attempt."""

    key: str
    outcome: Literal["sent", "failed", "unknown", "deferred"]


Hop = ClaimKey | AskYield | Adopt | Suppress
Effect = Send | Settle | Hop
