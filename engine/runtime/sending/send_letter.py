"""A message on its way out, in the mailbox: before it leaves, and what became of it."""

import msgspec

from engine.domain.channel import RECOGNISED
from engine.domain.consents.permission import OUT_OF_TIME, SUPPRESSED, opening, refusal
from engine.domain.effect import Send
from engine.domain.language.endpoint import is_webhook, line_of
from engine.domain.message import Receipt
from engine.domain.runs.fallback import REFUSED
from engine.ports.host_store import OutboxRow
from engine.ports.sending import Outcome
from engine.runtime import envelope
from engine.runtime.batches.batch import Batch
from engine.runtime.sending.dead import give_up
from engine.runtime.sending.sent import receipt_of
from engine.runtime.state import line
from engine.runtime.state.outbox import RESTING, send_of

replace = msgspec.structs.replace

SOON = 5_000
"""Ms before a webhook leaves again whose fate is unknown: its receiver knows it by its id."""
RESENDS = 2
"""How often a transactional message of unknown fate is sent again, with the same Message-ID."""
RESEND_AFTER = 600_000
"""Ms before that (RFC 5321 4.5.3.2: the final answer may take ten minutes)."""


class HandOverLetter:
    """A queued message may leave now: asked once more whether it may at all. Answers whether it goes."""

    keys: tuple[str, ...] = ()

    def __init__(self, row: OutboxRow) -> None:
        self.key = row.key
        self.row = row
        self.contacts: tuple[int, ...] = (row.contact,)

    def take(self, batch: Batch) -> bool:
        row = batch.outbox_row(self.key)
        if row is None or row.state in RESTING:
            return False
        if line.waits(batch, row.key, row.contact):
            return False
        send = send_of(row)
        why = _refusal(batch, row, send)
        if why:
            receipt = Receipt(row.key, "failed", send.scenario, send.channel, reason=why)
            if why in REFUSED and not row.attempts:
                receipt = replace(receipt, instead=send.instead)
            batch.apply(row.contact, receipt)
            return False
        opens = _opening(batch, row.contact, send)
        if opens > batch.now:
            batch.outbox[row.key] = row._replace(state="held", due=opens)
            return False
        batch.outbox[row.key] = row._replace(state="sending")
        batch.sending.append(row.key)
        return True

    def body(self) -> bytes:
        return self.row.body

    def quarantined(self) -> bool:
        return False


def _refusal(batch: Batch, row: OutboxRow, send: Send) -> str:
    """Consent, suppression and age, once more; "" when it may leave."""
    if is_webhook(send.channel):
        known = line_of(send.key)[0] in batch.memory.rulebook.endpoints
        return "" if known else "webhooks.yaml declares no such endpoint any more"
    if batch.suppressed(send):
        return SUPPRESSED
    if row.state == "held" and send.at + batch.memory.rulebook.hold < batch.now:
        return OUT_OF_TIME
    resident = batch.resident(row.contact)
    if send.handoff or resident is None or resident.contact.merged_into:
        return ""
    return refusal(resident.contact, send.channel, send.topic, marketing=send.marketing)


def _opening(batch: Batch, contact: int, send: Send) -> int:
    resident = batch.resident(contact)
    if resident is None or resident.contact.merged_into or not send.marketing:
        return batch.now
    return opening(batch.memory.rulebook, resident.contact, send.channel, batch.now)


class OutcomeLetter:
    """What the Sender says became of a message; told again, it changes nothing."""

    keys: tuple[str, ...] = ()

    def __init__(self, outcome: Outcome, contact: int) -> None:
        self.outcome = outcome
        self.contacts: tuple[int, ...] = (contact,) if contact else ()

    def take(self, batch: Batch) -> None:
        row = batch.outbox_row(self.outcome.key)
        if row is None or row.state != "sending" or row.attempts != self.outcome.attempts:
            return
        send = send_of(row)
        outcome = _judged(self.outcome, send, row.attempts)
        receipt = receipt_of(
            batch,
            send,
            outcome.outcome,
            reply=outcome.reply,
            reason=outcome.reason,
            suppress=outcome.suppress,
            answer=outcome.answer,
        )
        if is_webhook(send.channel) and outcome.outcome == "failed":
            give_up(batch, row, send, receipt)
            return
        batch.apply(row.contact, receipt)
        if outcome.outcome == "deferred":
            again = replace(send, resent=True) if outcome.absent else send
            batch.outbox[row.key] = row._replace(
                state="queued",
                attempts=row.attempts + 1,
                due=batch.now + outcome.retry_after,
                body=envelope.encode(again),
            )

    def body(self) -> bytes:
        return envelope.encode(self.outcome)

    def quarantined(self) -> None:
        return None


def _judged(outcome: Outcome, send: Send, attempts: int) -> Outcome:
    """Whether a message leaves again whose fate is unknown, or that was lost on its way."""
    if outcome.absent and send.resent:
        return replace(outcome, outcome="failed", reason="lost on its way twice")
    repeats = send.channel in RECOGNISED and not send.marketing and attempts < RESENDS
    if outcome.outcome == "unknown" and is_webhook(send.channel):
        reason = "its fate is unknown; it is sent again under the same id"
        return replace(outcome, outcome="deferred", retry_after=SOON, reason=reason)
    if outcome.outcome != "unknown" or not repeats:
        return outcome
    reason = "its fate is unknown; it is sent again with the same Message-ID"
    return replace(outcome, outcome="deferred", retry_after=RESEND_AFTER, reason=reason)
