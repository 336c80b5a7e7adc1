"""Letters: what reaches a host's mailbox, each knowing how it is worked off in a batch.

A letter names the keys and contacts that it will need, so that a batch reads them in one go.
"""

from typing import Any, Protocol

import msgspec

from engine.domain import codec, message
from engine.domain.channel import RECOGNISED
from engine.domain.claim import belongs_to_another, yields
from engine.domain.consent import SUPPRESSED, refusal
from engine.domain.contact import Contact
from engine.domain.effect import Adopt, AskYield, ClaimKey, Hop, Send, Suppress, Witness
from engine.domain.event import PUBLIC, Event
from engine.domain.identity import bound, holder_at, is_device, slot_of
from engine.domain.message import (
    Act,
    Adopted,
    AdoptionSettled,
    ClaimAnswered,
    Message,
    Receipt,
    TimerFired,
    Witnessed,
    YieldAsked,
)
from engine.ports.host_store import OutboxRow, WakeUp
from engine.ports.sending import Outcome
from engine.runtime import envelope
from engine.runtime.batch import Batch
from engine.runtime.envelope import Answer, Item, Question, Word
from engine.runtime.outbox import send_of

replace = msgspec.structs.replace

RESENDS = 2
"""How often a transactional message of unknown fate is sent again, with the same Message-ID."""
RESEND_AFTER = 600_000
"""Ms before that (RFC 5321 4.5.3.2: the final answer may take ten minutes)."""


class Letter(Protocol):
    keys: tuple[str, ...]
    contacts: tuple[int, ...]

    def take(self, batch: Batch) -> Any:
        """Work it off; the answer goes back once the batch is committed."""
        ...

    def body(self) -> bytes:
        """What quarantine keeps of it."""
        ...

    def quarantined(self) -> Any:
        """The answer when it failed twice and was put out of the way."""
        ...


class EventLetter:
    """One event from the Coordinator. Answers a Word. ``after`` is its parcel's."""

    __slots__ = ("after", "contacts", "event", "item", "keys")

    def __init__(self, item: Item, after: int = 0) -> None:
        self.item = item
        self.after = after
        event = message.decode(item.body)
        assert isinstance(event, Event)  # noqa: S101 - the Coordinator sends nothing else
        self.event = event
        self.keys: tuple[str, ...] = () if item.contact else (event.key,)
        self.contacts: tuple[int, ...] = (item.contact,) if item.contact else ()

    def take(self, batch: Batch) -> Word:
        event, item = self.event, self.item
        if item.contact:
            return self._take_at(batch, item.contact)
        key = event.key
        if item.route == envelope.BY_KEY and self._was_turned(batch, key):
            return Word(envelope.LATER)
        bindings = batch.holders(key)
        if not bindings:
            return self._take_new(batch, key)
        contact = holder_at(bindings, event.at)
        word = self._take_at(batch, contact)
        if word.word == envelope.TRY_CREATE or (word.word == envelope.MOVED and not is_device(key)):
            batch.detours[key] = None
        return word

    def _was_turned(self, batch: Batch, key: str) -> bool:
        """Whether an earlier item of the key was sent on, and the Coordinator does not know yet."""
        return key in batch.detours or 0 < self.after <= batch.memory.turned.get(key, 0)

    def _take_new(self, batch: Batch, key: str) -> Word:
        """Nobody holds the key: perhaps the device is known already, else this is a new contact."""
        event, route = self.event, self.item.route
        if route == envelope.BY_KEY and not is_device(key) and any(map(is_device, event.keys)):
            batch.detours[key] = None
            return Word(envelope.TRY_DEVICE)
        return self._keep(batch, batch.create(key, event.at))

    def _take_at(self, batch: Batch, contact: int) -> Word:
        """Follow tombstones as far as they are here; each knows what it had taken itself."""
        while slot_of(contact) in batch.memory.slots:
            resident = batch.resident(contact)
            if resident is None:
                return Word(envelope.MISSED)
            if batch.taken(resident, self.event):
                batch.count("duplicates")
                return Word(envelope.DUPLICATE, resident.contact.merged_into or contact)
            if resident.contact.merged_into:
                contact = resident.contact.merged_into
                continue
            return self._take_here(batch, contact)
        return Word(envelope.MOVED, contact)

    def _take_here(self, batch: Batch, contact: int) -> Word:
        event, resident = self.event, batch.resident(contact)
        assert resident is not None  # noqa: S101 - the caller has just seen it
        if self.item.contact and not self._is_meant(resident.contact):
            return Word(envelope.MISSED)
        if is_device(event.key) and belongs_to_another(resident.contact, event):
            return Word(envelope.TRY_CREATE)
        if self.item.route == envelope.CREATE and not self._proves(resident.contact):
            reason = "a public key joins a known contact only with a signed context.userToken"
            batch.count("refused")
            return Word(envelope.REJECTED, 0, "user_token_required", reason)
        return self._keep(batch, contact)

    def _is_meant(self, contact: Contact) -> bool:
        """A device's directory has sent the item here; by any other key it may be a hint that is wrong."""
        key = self.event.key
        if is_device(key) or key in contact.keys:
            return True
        return any(claim.key == key for claim in contact.claims)

    def _proves(self, contact: Contact) -> bool:
        """A public key speaks for a known contact only from one of its devices."""
        if self.event.trust != PUBLIC:
            return True
        held = {*contact.keys, *(claim.key for claim in contact.claims)}
        return any(is_device(key) and key in held for key in self.event.keys)

    def _keep(self, batch: Batch, contact: int) -> Word:
        batch.apply(contact, self.event, self.item.body)
        batch.count("accepted")
        return Word(envelope.ACCEPTED, contact)

    def body(self) -> bytes:
        return self.item.body

    def quarantined(self) -> Word:
        reason = "the engine failed twice on this event and set it aside; see the engine's log"
        return Word(envelope.REJECTED, 0, "quarantined", reason)


class TimerLetter:
    """A wake-up that came due. Stale ones (the contact's row has moved) do nothing."""

    keys: tuple[str, ...] = ()

    def __init__(self, wake: WakeUp) -> None:
        self.wake = wake
        self.contacts: tuple[int, ...] = (wake.contact,)

    def take(self, batch: Batch) -> None:
        resident = batch.resident(self.wake.contact)
        if resident is None or resident.wake != self.wake.due:
            return
        due = resident.contact.due
        if due and due <= batch.now:
            batch.apply(self.wake.contact, TimerFired())
        else:
            batch.rearm(self.wake.contact)

    def body(self) -> bytes:
        return message.encode(TimerFired())

    def quarantined(self) -> None:
        return None


class HopLetter:
    """A question from another actor. Answers an Answer; asked again, it answers the same."""

    def __init__(self, question: Question) -> None:
        self.question = question
        hop = question.hop
        self.keys: tuple[str, ...] = (hop.claim.key,) if isinstance(hop, ClaimKey) else ()
        self.contacts: tuple[int, ...] = (
            () if isinstance(hop, ClaimKey | Suppress) else (question.to,)
        )

    def take(self, batch: Batch) -> Answer:
        question = self.question
        answer = self._answer(batch, question.hop)
        return Answer(question.number, answer is not None, answer)

    def _answer(self, batch: Batch, hop: Hop) -> Message | None:
        match hop:
            case ClaimKey(claim):
                held = batch.holders(claim.key)
                after = bound(held, claim, self.question.contact, batch.now)
                if after is None:
                    return ClaimAnswered(claim, held[-1].contact, held[-1].since)
                if after is not held:
                    batch.bind(claim.key, after)
                return ClaimAnswered(claim, 0)
            case AskYield():
                return self._yield(batch, hop)
            case Adopt():
                return self._adopt(batch, hop)
            case Witness(to, seen):
                told = Witnessed(self.question.contact, seen)
                return batch.apply(to, told, depth=self.question.depth).answer
            case Suppress(channel, address, reason):
                batch.suppress(channel, address, reason)
                return AdoptionSettled()

    def _yield(self, batch: Batch, hop: AskYield) -> Message | None:
        resident = batch.resident(hop.to)
        question = YieldAsked(hop.claim, self.question.contact, hop.via)
        if resident is None or not yields(resident.contact, question):
            return None
        return batch.apply(hop.to, question, depth=self.question.depth).answer

    def _adopt(self, batch: Batch, hop: Adopt) -> Message | None:
        resident = batch.resident(self.question.to)
        if resident is None:
            return None
        if resident.contact.merged_into:
            return AdoptionSettled(resident.contact.merged_into)
        source = self.question.contact
        if source in resident.contact.pasts:
            return AdoptionSettled()
        if codec.decode(hop.state).rulebook > batch.memory.rulebook.version:
            return None
        adopted = Adopted(source, hop.state, hop.sends)
        return batch.apply(self.question.to, adopted, depth=self.question.depth).answer

    def body(self) -> bytes:
        return envelope.encode(self.question)

    def quarantined(self) -> Answer:
        return Answer(self.question.number, done=False)


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
        if isinstance(told, AdoptionSettled):
            batch.hops[row.number] = row._replace(to=told.to) if told.to else None
            return
        batch.hops[row.number] = None
        resident = batch.resident(row.contact)
        if told is not None and resident is not None and not resident.contact.merged_into:
            batch.apply(row.contact, told, depth=row.depth)

    def body(self) -> bytes:
        return envelope.encode(self.answer)

    def quarantined(self) -> None:
        return None


class HandOverLetter:
    """A queued message may leave now: asked once more whether it may at all. Answers whether it goes."""

    keys: tuple[str, ...] = ()

    def __init__(self, row: OutboxRow) -> None:
        self.key = row.key
        self.row = row
        self.contacts: tuple[int, ...] = (row.contact,)

    def take(self, batch: Batch) -> bool:
        row = batch.outbox_row(self.key)
        if row is None or row.state != "queued":
            return False
        send = send_of(row)
        resident = batch.resident(row.contact)
        why = ""
        if batch.suppressed(send.channel, send.address):
            why = SUPPRESSED
        elif resident is not None and not resident.contact.merged_into:
            why = refusal(resident.contact, send.channel, marketing=send.marketing)
        if why:
            receipt = Receipt(row.key, "failed", send.scenario, send.channel, reason=why)
            batch.apply(row.contact, receipt)
            return False
        batch.outbox[row.key] = row._replace(state="sending")
        batch.sending.append(row.key)
        return True

    def body(self) -> bytes:
        return self.row.body

    def quarantined(self) -> bool:
        return False


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
        receipt = Receipt(
            row.key,
            outcome.outcome,
            send.scenario,
            send.channel,
            send.address if outcome.suppress else "",
            outcome.reply,
            outcome.reason,
            outcome.suppress,
        )
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
    if outcome.outcome != "unknown" or not repeats:
        return outcome
    reason = "its fate is unknown; it is sent again with the same Message-ID"
    return replace(outcome, outcome="deferred", retry_after=RESEND_AFTER, reason=reason)


class ActLetter:
    """An operator's act on a contact, or on an address. Answers whether there was something to act on."""

    keys: tuple[str, ...] = ()

    def __init__(self, contact: int, act: Act | Suppress) -> None:
        self.contact = contact
        self.act = act
        self.contacts: tuple[int, ...] = (contact,) if contact else ()

    def take(self, batch: Batch) -> bool:
        if isinstance(self.act, Suppress):
            batch.suppress(self.act.channel, self.act.address, self.act.reason)
            return True
        if batch.resident(self.contact) is None:
            return False
        batch.apply(self.contact, self.act)
        return True

    def body(self) -> bytes:
        return envelope.encode(self.act)

    def quarantined(self) -> bool:
        return False
