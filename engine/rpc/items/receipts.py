"""Receipts as services tell them: what became of messages that left from here."""

from collections.abc import Iterable, Iterator
from typing import get_args

import msgspec

from engine.domain.intake.notice import PERSONAL, Notice
from engine.domain.message import Later
from engine.ports.engine import Refusal
from engine.rpc import relance_pb2 as pb
from engine.rpc.items import instant
from engine.rpc.items.machine import by_machine
from engine.rpc.items.refusal import Refused

SOFT_BOUNCES = 5
"""Bounces in a row that may pass, after which the address is suppressed all the same."""
LONGEST = 2_000
"""Characters of an address that was clicked, and of what a provider says."""
LONGEST_ID = 200
OUTCOMES = ("delivered", "opened", "clicked", "bounced", "complained", "unsubscribed")
_LATER: dict[str, Later] = {name: name for name in get_args(Later)} | {"bounced": "undelivered"}


def notices(
    receipts: Iterable[pb.Receipt], source: str, received: int
) -> Iterator[Notice | Refusal]:
    """Each as the engine hears it, or refused with the reason."""
    for told in receipts:
        try:
            yield _notice(told, source, received)
        except Refused as no:
            yield Refusal(no.code, no.reason, _as_json(told), told.id[:LONGEST_ID])


def _notice(told: pb.Receipt, source: str, received: int) -> Notice:
    if not told.message:
        raise Refused("message_required", "a receipt names its message: the id it was sent with")
    if told.outcome not in OUTCOMES:
        known = ", ".join(OUTCOMES)
        raise Refused("unknown_outcome", f"{told.outcome!r} is none of {known}")
    at, unreadable = instant.happened(told.at, None, received)
    if unreadable:
        raise Refused("bad_instant", f"at: {told.at!r} is no instant, as 2026-03-29T09:00:00Z")
    for name, most in (("id", LONGEST_ID), ("url", LONGEST), ("reason", LONGEST)):
        if len(getattr(told, name)) > most:
            raise Refused("too_long", f"{name}: at most {most:,} characters")
    bounced = told.outcome == "bounced"
    return Notice(
        source,
        told.id or f"{told.message}/{told.outcome}/{told.at}/{told.url}",
        told.message,
        "",
        _LATER[told.outcome],
        told.code,
        told.reason,
        suppress=bounced and not told.soft,
        soft=SOFT_BOUNCES if bounced and told.soft else 0,
        at=at if told.at else 0,
        url=told.url,
        bot=told.outcome in PERSONAL and (told.machine or by_machine(told.user_agent)),
    )


def _as_json(told: pb.Receipt) -> bytes:
    """A refused one, to be read; nothing of the device that told."""
    names = ("id", "message", "outcome", "at", "url", "code", "reason")
    return msgspec.json.encode({name: getattr(told, name)[:LONGEST] for name in names})
