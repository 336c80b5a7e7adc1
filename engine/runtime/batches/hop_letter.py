"""What actors tell one another, in the mailbox: a question, and the answer to one of ours."""

from engine.domain.effect import (
    Adopt,
    AskTicket,
    AskYield,
    ClaimKey,
    Found,
    Hop,
    InformMember,
    Lift,
    Restore,
    Suppress,
    TellCompany,
    Witness,
)
from engine.domain.merges.claim import yields
from engine.domain.message import (
    Adopted,
    AdoptionSettled,
    ClaimAnswered,
    CompanyLearned,
    Message,
    Restored,
    TicketAnswered,
    Witnessed,
    YieldAnswered,
    YieldAsked,
)
from engine.domain.profile import codec, rising
from engine.domain.profile.identity import SLOT_BITS, WITH, Claim, bound, slot_of
from engine.ports.host_store import HopRow
from engine.runtime import envelope
from engine.runtime.batches import companies, quotas
from engine.runtime.batches.batch import Batch
from engine.runtime.envelope import Answer, Question
from engine.runtime.state import founding, reserved
from engine.runtime.state.retries import shared_orders

TO_SLOTS = (ClaimKey, TellCompany, AskTicket, Suppress, Lift)
"""Hops to whatever lives in a slot, not to a contact."""


class HopLetter:
    """A question from another actor. Answers an Answer; asked again, it answers the same."""

    def __init__(self, question: Question) -> None:
        self.question = question
        hop = question.hop
        self.keys: tuple[str, ...] = (hop.claim.asked,) if isinstance(hop, ClaimKey) else ()
        self.contacts: tuple[int, ...] = () if isinstance(hop, TO_SLOTS) else (question.to,)

    def take(self, batch: Batch) -> Answer:
        question = self.question
        founded = founding.is_founded(batch.memory.host, batch.counters)
        if not founded and not isinstance(question.hop, Found):
            return Answer(question.number, done=False)
        answer = self._answer(batch, question.hop)
        return Answer(question.number, answer is not None, answer)

    def _answer(self, batch: Batch, hop: Hop) -> Message | None:  # noqa: PLR0911 - one return a hop
        match hop:
            case ClaimKey(claim):
                return self._claim(batch, claim)
            case AskYield():
                return self._yield(batch, hop)
            case Adopt():
                return self._adopt(batch, hop)
            case Witness():
                return self._witness(batch, hop)
            case Restore():
                return self._restore(batch, hop)
            case TellCompany() | AskTicket():
                return self._share(batch, hop)
            case InformMember(to, company, attributes):
                return self._inform(batch, to, CompanyLearned(company, attributes))
            case Suppress() | Lift():
                batch.suppress(hop)
            case Found():
                founding.take_in(batch, hop)
        return AdoptionSettled()

    def _share(self, batch: Batch, hop: TellCompany | AskTicket) -> Message:
        """To what several contacts share."""
        if isinstance(hop, AskTicket):
            return quotas.ask(batch, hop, self.question)
        return companies.tell(batch, hop, self.question.depth)

    def _claim(self, batch: Batch, claim: Claim) -> ClaimAnswered:
        held = batch.holders(claim.asked)
        after = bound(held, claim, self.question.contact, batch.now)
        if after is None:
            return ClaimAnswered(claim, held[-1].contact, held[-1].since)
        if after is not held:
            batch.bind(claim.key, after)
        if after and after[0].contact == self.question.contact:
            reserved.settle_of(batch, claim, self.question.contact)
        return ClaimAnswered(claim, 0)

    def _witness(self, batch: Batch, hop: Witness) -> Message | None:
        if batch.resident(hop.to) is None and _was_here(batch, hop.to):
            return AdoptionSettled()
        told = Witnessed(self.question.contact, hop.seen)
        return batch.apply(hop.to, told, depth=self.question.depth).answer

    def _yield(self, batch: Batch, hop: AskYield) -> Message | None:
        resident = batch.resident(hop.to)
        question = YieldAsked(hop.claim, self.question.contact, hop.via)
        if resident is None and hop.claim.key.startswith(WITH):
            return YieldAnswered(hop.claim, "kept", by=hop.to)
        if resident is None and _was_here(batch, hop.to):
            return YieldAnswered(hop.claim, "released", by=hop.to)
        if resident is None or batch.memory.is_leaving(hop.to):
            return None
        if not yields(resident.contact, question):
            return None
        return batch.apply(hop.to, question, depth=self.question.depth).answer

    def _inform(self, batch: Batch, to: int, learned: CompanyLearned) -> Message:
        resident = batch.resident(to)
        if resident is not None and resident.contact.merged_into:
            return AdoptionSettled(resident.contact.merged_into)
        if resident is not None:
            batch.apply(to, learned, depth=self.question.depth)
        return AdoptionSettled()

    def _adopt(self, batch: Batch, hop: Adopt) -> Message | None:
        resident = batch.resident(self.question.to)
        if resident is None:
            return AdoptionSettled() if _was_here(batch, self.question.to) else None
        contact, source, offered = resident.contact, self.question.contact, codec.decode(hop.state)
        if source in contact.pasts or rising.is_over(contact, offered):
            return AdoptionSettled()
        if contact.merged_into:
            return AdoptionSettled(contact.merged_into)
        if offered.rulebook > batch.memory.rulebook.version:
            return None
        shared = shared_orders(batch, contact, offered)
        adopted = Adopted(source, hop.state, hop.sends, hop.orders, shared)
        return batch.apply(self.question.to, adopted, depth=self.question.depth).answer

    def _restore(self, batch: Batch, hop: Restore) -> Message | None:
        """Asked again, it is itself already."""
        resident, source = batch.resident(hop.to), self.question.contact
        if resident is None or resident.contact.merged_into != source:
            return YieldAnswered(hop.claim, "restored", by=hop.to)
        half = codec.decode(hop.half.state)
        if rising.is_up(resident.contact, half):
            return YieldAnswered(hop.claim, "restored", by=hop.to)
        if half.rulebook > batch.memory.rulebook.version:
            return None
        restored = Restored(source, hop.claim, hop.half)
        return batch.apply(hop.to, restored, depth=self.question.depth).answer

    def body(self) -> bytes:
        return envelope.encode(self.question)

    def quarantined(self) -> Answer:
        """Asked again, but not for what founds a contact: its host would wait for it for ever."""
        founds = isinstance(self.question.hop, Found)
        return Answer(self.question.number, founds, AdoptionSettled() if founds else None)


def _was_here(batch: Batch, contact: int) -> bool:
    """Whether a contact that is not here was erased: its number was drawn once."""
    return slot_of(contact) in batch.memory.slots and contact >> SLOT_BITS < batch.next_contact


class AnswerLetter:
    """The answer to one of our hops: the row goes, and the contact that asked consumes the answer."""

    keys: tuple[str, ...] = ()

    def __init__(self, answer: Answer, contact: int) -> None:
        self.answer = answer
        self.contacts: tuple[int, ...] = (contact,) if contact else ()

    def take(self, batch: Batch) -> None:
        row = batch.hop_row(self.answer.number)
        if row is None:
            return
        told = self.answer.message
        batch.hops[row.number] = None
        if isinstance(told, AdoptionSettled):
            if told.to:
                self._offer_there(batch, row, told)
            return
        resident = batch.resident(row.contact)
        gone = resident is None or resident.contact.merged_into
        if isinstance(told, TicketAnswered) and gone:
            quotas.give_back(batch, row.contact, told)
        elif told is not None and not gone:
            batch.apply(row.contact, told, depth=row.depth)

    def _offer_there(self, batch: Batch, row: HopRow, told: AdoptionSettled) -> None:
        """Whom it was for is a part of another contact; a tombstone on its way has to know of that."""
        batch.put_hop(row._replace(to=told.to))
        if isinstance(envelope.hops.decode(row.body), Adopt) and batch.resident(row.contact):
            batch.apply(row.contact, told, depth=row.depth)

    def body(self) -> bytes:
        return envelope.encode(self.answer)

    def quarantined(self) -> None:
        return None
