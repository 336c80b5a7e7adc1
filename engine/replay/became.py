"""What becomes of a message in a story, as the message that its contact would hear of it."""

from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from engine.domain.effect import Send
from engine.domain.intake.notice import PERSONAL
from engine.domain.language.spec import Became, Item
from engine.domain.message import Later, Receipt, Stated
from engine.domain.profile.consent import TRACKING, allows
from engine.domain.profile.contact import Contact
from engine.domain.profile.dedupe import FINGERPRINT

SOFT_BOUNCES = 5
"""Bounces in a row after which an address is suppressed, as of an engine that is told of them."""


def is_about_a_message(item: Item) -> bool:
    return "message" in item and not {"event", "type"} & {*item}


def heard(item: Item, sent: Sequence[Send], contact: Contact, now: int) -> Receipt | Stated:
    """As of ``now`` (ms); raises ValueError when no such message has left, or nothing is recorded of it."""
    became = msgspec.convert({k: v for k, v in item.items() if k != "timestamp"}, Became)
    send = _meant(became, sent, now)
    if became.message == "confirmed":
        if not send.confirms:
            raise ValueError(f"{send.template} asks for no double opt-in")
        return Stated("link", send.confirms, "confirmed", key=send.key)
    if became.message in PERSONAL and not allows(contact.consents, TRACKING):
        why = "write `tracking: granted` among the contact's consents"
        raise ValueError(f"what people open and click is recorded with their consent only; {why}")
    bounced = became.message == "bounced"
    outcome: Later = "undelivered" if became.message == "bounced" else became.message
    return Receipt(
        send.key,
        outcome,
        send.scenario,
        send.channel,
        send.address if bounced else "",
        suppress=bounced and not became.soft,
        fingerprint=blake2b(
            f"{send.key}/{became.message}/{now}".encode(), digest_size=FINGERPRINT
        ).digest(),
        soft=SOFT_BOUNCES if bounced and became.soft else 0,
        template=send.template,
        url=became.url,
        bot=became.machine and became.message in PERSONAL,
        topic=send.topic,
    )


def _meant(became: Became, sent: Sequence[Send], now: int) -> Send:
    for send in reversed(sent):
        if max(send.at, send.held) <= now and _fits(became, send):
            return send
    asked = ", ".join(f"{name} {value}" for name, value in msgspec.to_builtins(became.of).items())
    raise ValueError(f"no message{f' of {asked}' if asked else ''} has been sent until then")


def _fits(became: Became, send: Send) -> bool:
    scenario, _, step = send.scenario.partition("/")
    of = became.of
    return (
        of.template in (None, send.template)
        and of.scenario in (None, scenario)
        and of.step in (None, step)
        and of.channel in (None, send.channel)
    )
