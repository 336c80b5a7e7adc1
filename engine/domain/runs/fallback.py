"""The fallback of a message that is refused as it is about to leave: what stands in is tried instead.

That an address is suppressed only the store knows, and a consent may be withdrawn while a message is
queued. What stands in was gathered with the message, when its step decided: it is the same decision, by
another channel. Whether it may be sent is asked anew.
"""

from engine.domain.consents.permission import NO_ADDRESS, NO_CONSENT, SUPPRESSED, refusal
from engine.domain.intake.turn import Turn
from engine.domain.message import Receipt
from engine.domain.runs.sending import leave

REFUSED = frozenset({NO_ADDRESS, NO_CONSENT, SUPPRESSED})
"""Reasons that are about the channel; a message that has waited too long is too late on any."""


def fall_back(turn: Turn, receipt: Receipt) -> None:
    """Only what was refused before its first attempt has one; what may have arrived is not sent twice."""
    instead = receipt.instead
    if instead is None:
        return
    turn.note("fallback", instead.scenario, [receipt.reason, instead.channel])
    why = refusal(turn.contact, instead.channel, instead.topic, marketing=instead.marketing)
    if why:
        turn.note("skipped", instead.scenario, why)
    else:
        leave(turn, instead)
