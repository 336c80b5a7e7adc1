"""What is remembered of a message once it has left: its contact's log has the receipt that says so."""

from itertools import islice
from typing import Literal

from engine.domain import message
from engine.domain.effect import Send
from engine.domain.message import Receipt
from engine.replay.timeline import walk
from engine.runtime.batches.batch import Batch
from engine.runtime.batches.retention import PERSON
from engine.runtime.state.residents import Resident

LOOKED = 2_000
"""Rows of one contact, newest first, that are looked at for a message."""


def receipt_of(
    batch: Batch,
    send: Send,
    outcome: Literal["sent", "failed", "unknown", "deferred"],
    *,
    reply: str = "",
    reason: str = "",
    suppress: bool = False,
    answer: bytes = b"",
) -> Receipt:
    """How an attempt ended, with what later receipts of the message have to know of it."""
    return Receipt(
        send.key,
        outcome,
        send.scenario,
        send.channel,
        send.address if suppress else "",
        reply,
        reason,
        suppress,
        template=send.template,
        hashed=b""
        if suppress or not send.address
        else batch.memory.suppressed.hashed(send.address),
        topic=send.topic,
        answer=answer,
    )


def record_of(batch: Batch, resident: Resident, key: str) -> Receipt | None:
    """The receipt of an attempt to send it; None when there was none, or its row is kept no longer."""
    rows = islice(walk(batch.log_row, resident.last[PERSON]), LOOKED)
    for taken in (message.decode(row.body) for row in rows):
        if isinstance(taken, Receipt) and taken.key == key and taken.template:
            return taken
    return None
