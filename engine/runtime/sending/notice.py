"""What is told of a message that has left, by its provider or a service, worked off by the host that has it."""

from typing import Literal

import msgspec

from engine.domain.intake.notice import PERSONAL, Notice
from engine.domain.message import Receipt
from engine.domain.profile.consent import TRACKING, allows
from engine.ports.host_store import OutboxRow
from engine.runtime import envelope
from engine.runtime.batches.batch import Batch
from engine.runtime.sending.sent import receipt_of, record_of
from engine.runtime.state.outbox import send_of
from engine.runtime.state.retries import has_taken

NOBODY = -1
"""The contact that a key names was never here."""
UNTRACKED = "untracked_"
"""Counters of opens and clicks by people who have not allowed that these are recorded."""


class Heard(msgspec.Struct, frozen=True, array_like=True):
    """What became of a notice: kept, told before, about no message that is known, or to be told to

    contact ``to``, into whom the one asked has merged. ``record`` is what that one knew of the message.
    """

    word: Literal["accepted", "duplicate", "unknown", "moved"]
    to: int = 0
    record: Receipt | None = None


class NoticeLetter:
    """Answers Heard. ``record`` is what the contact asked before this one knew of the message.

    Whatever was believed of a message until now, its provider has it: a row that is still there is
    settled as sent, whether it is leaving, being looked for, or queued once more.
    """

    keys: tuple[str, ...] = ()

    def __init__(
        self, contact: int, notice: Notice, fingerprint: bytes, record: Receipt | None = None
    ) -> None:
        self.notice = notice
        self.fingerprint = fingerprint
        self.contact = contact
        self.contacts: tuple[int, ...] = (contact,)
        self._record = record

    def take(self, batch: Batch) -> Heard:
        resident, row = batch.resident(self.contact), batch.outbox_row(self.notice.key)
        if resident is None:
            return Heard("unknown")
        if row is not None:
            return self._heard(batch, row.contact, self._settled(batch, row))
        record = self._record or record_of(batch, resident, self.notice.key)
        if resident.contact.merged_into:
            return Heard("moved", resident.contact.merged_into, record)
        return self._heard(batch, self.contact, record)

    def _settled(self, batch: Batch, row: OutboxRow) -> Receipt:
        reply, reason = self.notice.reply, "told by its provider"
        sent = receipt_of(batch, send_of(row), "sent", reply=reply, reason=reason)
        batch.apply(row.contact, sent)
        return sent

    def _heard(self, batch: Batch, contact: int, record: Receipt | None) -> Heard:
        """What came of it later, told once. Of people who were not asked only a total is kept."""
        notice, resident = self.notice, batch.resident(contact)
        if resident is None or notice.status == "taken":
            return Heard("unknown" if resident is None else "accepted")
        if record is None:
            return Heard("unknown")
        if notice.status in PERSONAL and not allows(resident.contact.consents, TRACKING):
            batch.count(f"{UNTRACKED}{notice.status}")
            return Heard("accepted")
        receipt = self._receipt(record)
        if has_taken(batch, resident, receipt):
            return Heard("duplicate")
        batch.apply(contact, receipt)
        return Heard("accepted")

    def _receipt(self, record: Receipt) -> Receipt:
        notice = self.notice
        if notice.status == "taken":
            text = "that a provider has a message is no receipt"
            raise ValueError(text)
        told = notice.address if notice.suppress or notice.soft else ""
        return Receipt(
            notice.key,
            notice.status,
            record.scenario,
            record.channel,
            told,
            notice.reply,
            notice.reason,
            notice.suppress,
            self.fingerprint,
            notice.soft,
            template=record.template,
            at=notice.at,
            url=notice.url,
            bot=notice.bot,
            hashed=b"" if told else record.hashed,
            topic=record.topic,
        )

    def body(self) -> bytes:
        return envelope.encode(self.notice)

    def quarantined(self) -> Heard:
        return Heard("accepted")
