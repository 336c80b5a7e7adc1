"""What a step asks of the world. Every effect is a row, committed with the step that caused it."""

import re
from hashlib import blake2b
from typing import Any, Literal

import msgspec

from engine.domain.profile.identity import Claim
from engine.domain.scores.gauge import Standing


class Send(msgspec.Struct, frozen=True, array_like=True, tag="send"):
    """One message to one address. ``key`` = run/step/occurrence: the same on every retry, for ever.

    ``resent``: it was lost on its way once, surely, and was queued again. ``held`` (ms): it may not
    leave before. ``tracking``: opens and clicks of this person may be recorded. ``confirms`` is the
    consent that its link confirms, until ``expires`` (ms). ``handoff`` is the offer that its links decide
    and the owner whom it goes to (``id/owner``); the contact is not written to. ``trouble``:
    why it was given up. ``attempts`` are those that it had before its contact became a part of another one.
    ``instead`` is sent when it is refused before its first attempt.
    """

    key: str
    contact: int
    scenario: str
    channel: str
    template: str
    address: str
    marketing: bool
    variables: dict[str, Any]
    at: int
    resent: bool = False
    topic: str = ""
    held: int = 0
    tracking: bool = False
    confirms: str = ""
    expires: int = 0
    handoff: str = ""
    trouble: str = ""
    attempts: int = 0
    instead: "Send | None" = None


def contact_of(key: str) -> int:
    """The contact whose run made a message's key; 0 when the text is no such key."""
    number = key.partition(".")[0]
    return int(number) if re.fullmatch(r"[0-9]{1,19}", number) else 0


def mark_of(key: str) -> str:
    """What stands for a message's key in its Message-ID: the same at every attempt (RFC 5322 3.6.4)."""
    return blake2b(key.encode(), digest_size=12).hexdigest()


class ClaimKey(msgspec.Struct, frozen=True, array_like=True, tag="claim"):
    """To the directory of the key's slot: bind this key to me."""

    claim: Claim


class AskYield(msgspec.Struct, frozen=True, array_like=True, tag="ask"):
    """To the contact that holds a key I claim; ``via`` sent me there, 0 for the directory."""

    to: int
    claim: Claim
    via: int = 0


class Adopt(msgspec.Struct, frozen=True, array_like=True, tag="adopt"):
    """To the survivor: take my state. The host adds the contact's queued messages (they leave it).

    ``orders`` are the keys of earlier orders, where the survivor's host does not have them.
    """

    to: int
    state: bytes
    sends: tuple[Send, ...] = ()
    orders: tuple[bytes, ...] = ()


class Half(msgspec.Struct, frozen=True, array_like=True):
    """What goes with a contact that is itself again: its encoded state with its shelf, and what it brings.

    ``rows`` are those of the survivor's log that it lived; ``seen`` what it took in the last week,
    ``orders`` keys of earlier orders, ``sends`` its messages that had not left.
    """

    state: bytes
    rows: tuple[int, ...] = ()
    seen: bytes = b""
    orders: tuple[bytes, ...] = ()
    sends: tuple[Send, ...] = ()


class Restore(msgspec.Struct, frozen=True, array_like=True, tag="restore"):
    """To a tombstone: be yourself again. ``claim`` is what stands in my line until you are."""

    to: int
    claim: Claim
    half: Half


class Witness(msgspec.Struct, frozen=True, array_like=True, tag="witness"):
    """To the contact that was first to claim a key: what I have taken (fingerprints) while I claimed it."""

    to: int
    seen: bytes


class TellCompany(msgspec.Struct, frozen=True, array_like=True, tag="company"):
    """To the company of this group id: what contact ``contact`` is worth now, and what it says of you.

    ``at`` (ms, or a little later) orders what one contact tells. ``public``: it comes from a page.
    ``gone``: the contact has left.
    """

    company: str
    contact: int
    at: int
    scores: dict[str, Standing] = {}
    attributes: dict[str, Any] = {}
    public: bool = False
    gone: bool = False


class AskTicket(msgspec.Struct, frozen=True, array_like=True, tag="ticket"):
    """To the quota of a scenario: may run ``run`` start? Asked at ``at`` (ms) under version ``rulebook``,

    by the cap that is in force there. ``back``: the beginning (ms) of the period that it had leave for
    and needs no more, of what length; with ``wants`` False it asks for no other one.
    """

    scenario: str
    run: str
    at: int
    rulebook: int = 0
    most: int = 1
    per: str = "day"
    then: str = "skip"
    back: int = 0
    back_per: str = ""
    wants: bool = True


class InformMember(msgspec.Struct, frozen=True, array_like=True, tag="member"):
    """To a contact of a company: what is known of the company now."""

    to: int
    company: str
    attributes: dict[str, Any]


class Suppress(msgspec.Struct, frozen=True, array_like=True, tag="suppress"):
    """To every store: never write to this address again, as far as ``scope`` goes; see ``suppression``.

    ``hashed`` is the address's hash, for those who have no address; a hop carries nothing else.
    """

    scope: str
    address: str
    reason: str
    hashed: bytes = b""


class Lift(msgspec.Struct, frozen=True, array_like=True, tag="lift"):
    """To every store: write to this address again, where it was suppressed for one of these reasons.

    ``before`` (ms): only what was suppressed until then, 0 for whenever; a consent of long ago that is
    imported today undoes no unsubscription that came after it.
    """

    scopes: tuple[str, ...]
    address: str
    reasons: tuple[str, ...]
    hashed: bytes = b""
    before: int = 0


class Found(msgspec.Struct, frozen=True, array_like=True, tag="found"):
    """To a host that is to carry one contact: make it, of its first event (encoded).

    ``suppressed`` are the suppressions so far: hash of the address, scope, reason. ``erased`` are the
    keys whose contacts were: their hash, when, and what had been taken.
    """

    to: int
    event: bytes
    suppressed: tuple[tuple[bytes, str, str], ...] = ()
    erased: tuple[tuple[bytes, int, bytes], ...] = ()


class Settle(msgspec.Struct, frozen=True, array_like=True, tag="settle"):
    """The outbox row of this key is finished, or (``deferred``) waits for its next attempt."""

    key: str
    outcome: Literal["sent", "failed", "unknown", "deferred"]


class KeepOrders(msgspec.Struct, frozen=True, array_like=True, tag="orders"):
    """Keys of this contact's earlier orders, which its state holds no longer: the store has them for ever.

    ``of``: whose they were before it became a part of this one, 0 for its own.
    """

    keys: tuple[bytes, ...]
    of: int = 0


class Review(msgspec.Struct, frozen=True, array_like=True, tag="review"):
    """To the review list: contact ``other`` and this one both claim a key, so they may be one person.

    ``source`` and ``message_id`` are those of the event that named the key.
    """

    other: int
    key: str
    source: str
    message_id: str


class ReviewOver(msgspec.Struct, frozen=True, array_like=True, tag="review over"):
    """Off the review list: the two are one now, or others came after them."""

    other: int


class Erase(msgspec.Struct, frozen=True, array_like=True, tag="erase"):
    """This contact is kept no longer, by a rule of retention."""

    rule: str


Asked = (
    ClaimKey
    | AskYield
    | Adopt
    | Restore
    | Witness
    | TellCompany
    | AskTicket
    | InformMember
    | Suppress
    | Lift
)
Hop = Asked | Found
Effect = Send | Settle | Erase | KeepOrders | Review | ReviewOver | Asked
