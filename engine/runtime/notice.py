"""What a provider tells of a message that it took, worked off by the host that has it."""

from engine.domain.message import Receipt
from engine.domain.notice import Notice
from engine.ports.host_store import OutboxRow
from engine.runtime import envelope
from engine.runtime.batch import Batch
from engine.runtime.outbox import send_of
from engine.runtime.retries import has_taken

NOBODY = -1
"""The contact that the message's key names was never here."""


class NoticeLetter:
    """Answers 0 when it was kept, NOBODY, or the contact to ask on (a merge took the message along).

    Whatever was believed of a message until now, its provider has it: a row that is still there is
    settled as sent, whether it is leaving, being looked for, or queued once more.
    """

    keys: tuple[str, ...] = ()

    def __init__(self, contact: int, notice: Notice, fingerprint: bytes) -> None:
        self.notice = notice
        self.fingerprint = fingerprint
        self.contact = contact
        self.contacts: tuple[int, ...] = (contact,)

    def take(self, batch: Batch) -> int:
        resident, row = batch.resident(self.contact), batch.outbox_row(self.notice.key)
        if resident is None:
            return NOBODY
        if row is None and resident.contact.merged_into:
            return resident.contact.merged_into
        if row is not None:
            self._settle(batch, row)
        self._note(batch, row.contact if row is not None else self.contact)
        return 0

    def _settle(self, batch: Batch, row: OutboxRow) -> None:
        send, reply = send_of(row), self.notice.reply
        reason = "told by its provider"
        sent = Receipt(row.key, "sent", send.scenario, send.channel, "", reply, reason)
        batch.apply(row.contact, sent)

    def _note(self, batch: Batch, contact: int) -> None:
        """What came of it later, told once."""
        receipt, resident = self._receipt(), batch.resident(contact)
        if receipt is None or resident is None or has_taken(batch, resident, receipt):
            return
        batch.apply(contact, receipt)

    def _receipt(self) -> Receipt | None:
        notice = self.notice
        if notice.status == "taken":
            return None
        return Receipt(
            notice.key,
            notice.status,
            "",
            notice.channel,
            notice.address if notice.suppress or notice.soft else "",
            notice.reply,
            notice.reason,
            notice.suppress,
            self.fingerprint,
            notice.soft,
        )

    def body(self) -> bytes:
        return envelope.encode(self.notice)

    def quarantined(self) -> int:
        return 0
