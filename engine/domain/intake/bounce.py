"""What a receipt means for writing to that address again: bounces, complaints, unsubscriptions."""

from engine.domain.consents.suppression import COMPLAINT, HARD_BOUNCE, UNSUBSCRIBE
from engine.domain.effect import Suppress
from engine.domain.intake import statement
from engine.domain.intake.turn import Turn
from engine.domain.message import Receipt
from engine.domain.profile.consent import OPTED_OUT, Consent, subject_of
from engine.domain.profile.contact import without
from engine.domain.profile.offer import to_owner

ARRIVED = ("delivered", "opened", "clicked")


def heed(turn: Turn, receipt: Receipt) -> None:
    """Stop writing to the address, and take the consent back, where the receipt says so.

    A complaint is about the whole channel; an unsubscription about the message's topic, if it has one.
    """
    channel = receipt.channel
    if receipt.outcome == "complained":
        _suppress(turn, receipt, channel, COMPLAINT)
        _withdraw(turn, receipt, channel, COMPLAINT)
    elif receipt.outcome == "unsubscribed":
        subject = subject_of(
            channel, receipt.topic if receipt.topic in turn.rulebook.topics else ""
        )
        _suppress(turn, receipt, subject, UNSUBSCRIBE)
        _withdraw(turn, receipt, subject, UNSUBSCRIBE)
    elif receipt.suppress:
        opted_out = receipt.reason == OPTED_OUT
        _suppress(turn, receipt, channel, OPTED_OUT if opted_out else HARD_BOUNCE)
    if receipt.reason == OPTED_OUT:
        _withdraw(turn, receipt, channel, OPTED_OUT)


def count(turn: Turn, receipt: Receipt) -> None:
    """Failures that may pass suppress the address when they come in a row."""
    if to_owner(receipt.key):
        return
    contact, channel = turn.contact, receipt.channel
    rest = without(contact.bounces, channel)
    if receipt.outcome in ARRIVED and not receipt.bot:
        contact.bounces = rest
    elif receipt.outcome == "undelivered" and receipt.soft:
        failed = contact.bounces.get(channel, 0) + 1
        if failed >= receipt.soft and (receipt.address or receipt.hashed):
            contact.bounces = rest
            _suppress(turn, receipt, channel, HARD_BOUNCE)
        else:
            contact.bounces = rest | {channel: failed}


def _withdraw(turn: Turn, receipt: Receipt, subject: str, source: str) -> None:
    if to_owner(receipt.key):
        return
    statement.state(turn, subject, Consent("withdrawn", turn.now, turn.now, source))


def _suppress(turn: Turn, receipt: Receipt, scope: str, reason: str) -> None:
    if receipt.address or receipt.hashed:
        turn.note("suppressed", scope, [reason, receipt.reason])
        turn.effects.append(Suppress(scope, receipt.address, reason, receipt.hashed))
