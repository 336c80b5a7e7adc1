"""Message activity: what became of a message, as an event about the contact that it was sent to.

It comes of the receipt, in the receipt's own step, as visits come of page views: aggregates, scores,
segments and scenarios take it as any event, and the log has no other row of it. Properties:
``channel``, ``template``, ``scenario``, ``step``, ``message`` (the key), ``url`` (clicked), ``bot``
(opened, clicked) and ``hard`` (bounced).
"""

from typing import Any

import msgspec

from engine.domain.event import Event
from engine.domain.language.endpoint import is_webhook
from engine.domain.language.receipt import EVENTS
from engine.domain.message import Receipt
from engine.domain.profile.consent import OPTED_OUT
from engine.domain.profile.offer import to_owner
from engine.domain.rulebooks.rulebook import Rulebook

SOURCE = "receipt"
_HAPPENED = {**{what: what for what in EVENTS}, "undelivered": "bounced"}


def name_of(receipt: Receipt) -> str:
    """The event that a receipt is, "" for none: of a message that did not leave, or not to the contact."""
    if to_owner(receipt.key) or is_webhook(receipt.channel):
        return ""
    if receipt.outcome == "failed":
        refused = receipt.suppress and receipt.reason != OPTED_OUT
        return EVENTS["bounced"] if refused else ""
    return EVENTS.get(_HAPPENED.get(receipt.outcome, ""), "")


def told(receipt: Receipt, rulebook: Rulebook, now: int) -> tuple[Event, ...]:
    """The event that comes of a receipt consumed at ``now`` (ms), when some definition asks about it."""
    name = name_of(receipt)
    return (event_of(receipt, name, now),) if name and rulebook.hears(name) else ()


def event_of(receipt: Receipt, name: str, now: int) -> Event:
    return Event(
        keys=(),
        name=name,
        kind="track",
        message_id=receipt.key,
        source=SOURCE,
        fingerprint=receipt.fingerprint,
        at=happened(receipt, now),
        received=now,
        properties=msgspec.json.encode(_properties(receipt, name)),
    )


def happened(receipt: Receipt, now: int) -> int:
    """When it did (ms); nothing happens later than it is told."""
    return min(receipt.at or now, now)


def _properties(receipt: Receipt, name: str) -> dict[str, Any]:
    scenario, _, step = receipt.scenario.partition("/")
    known = {
        "channel": receipt.channel,
        "template": receipt.template,
        "scenario": scenario,
        "step": step,
        "message": receipt.key,
        "url": receipt.url,
    }
    properties: dict[str, Any] = {key: value for key, value in known.items() if value}
    if receipt.outcome in ("opened", "clicked"):
        properties["bot"] = receipt.bot
    elif name == EVENTS["bounced"]:
        properties["hard"] = receipt.suppress
    return properties
