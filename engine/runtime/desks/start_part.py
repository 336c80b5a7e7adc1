"""A host's part in starting a scenario for many: pages of its contacts, each begun in one commit."""

from collections import Counter
from typing import Any

import msgspec

from engine.domain.intake.turn import Turn
from engine.domain.message import Act
from engine.domain.profile import codec
from engine.domain.profile.contact import Contact
from engine.domain.profile.shelf import Absent
from engine.domain.runs.by_hand import forecast, mark
from engine.ports.starts import StartAsked, StartPage
from engine.runtime import envelope
from engine.runtime.batches.batch import Batch
from engine.runtime.batches.mailbox import Mailbox
from engine.runtime.state.memory import Memory

AT_ONCE = 200
"""Contacts read at a time, and begun by one batch at most."""


class StartLetter:
    """Lets one contact enter, if it may and is still among them. Answers what became of it."""

    keys: tuple[str, ...] = ()

    def __init__(self, contact: int, asked: StartAsked) -> None:
        self.asked = asked
        self.contacts: tuple[int, ...] = (contact,)

    def take(self, batch: Batch) -> str:
        [number] = self.contacts
        resident = batch.resident(number)
        if resident is None or not _is_meant(resident.contact, self.asked):
            return "gone"
        facts = batch.apply(number, act_of(self.asked)).facts
        told = {"run_entered": "started", "ticket_asked": "asked"}
        for fact in facts:
            if fact.subject == self.asked.scenario and fact.what in told:
                return told[fact.what]
        refused = (str(fact.detail) for fact in facts if fact.what == "start_refused")
        return next(refused, "gone")

    def body(self) -> bytes:
        return envelope.encode(act_of(self.asked))

    def quarantined(self) -> str:
        return "gone"


async def page(memory: Memory, mailbox: Mailbox, asked: StartAsked, after: int) -> StartPage:
    """The contacts after ``after``, AT_ONCE at most."""
    rows = memory.store.all_contacts(after, AT_ONCE)
    lexicon = memory.rulebook.lexicon
    contacts = [codec.decode(row.state, lexicon) for row in rows]
    counts: Counter[str] = Counter()
    match asked.mode:
        case "start":
            meant = [one.id for one in contacts if _is_meant(one, asked)]
            letters = [StartLetter(number, asked) for number in meant]
            counts.update(await mailbox.put(letters) if letters else [])
        case "count":
            counts.update(_would(memory, one, asked) for one in contacts if _is_meant(one, asked))
        case "tell":
            counts.update(told for one in contacts if (told := _became(one, asked)))
    return StartPage(dict(counts), rows[-1].id if rows else after, len(rows) == AT_ONCE)


def act_of(asked: StartAsked) -> Act:
    value: Any = msgspec.json.decode(asked.properties) if asked.properties else None
    return Act(asked.by, "start", asked.scenario, value, asked.label)


def _is_meant(contact: Contact, asked: StartAsked) -> bool:
    if contact.merged_into:
        return False
    return asked.list in contact.lists if asked.list else asked.segment in contact.segments


def _would(memory: Memory, contact: Contact, asked: StartAsked) -> str:
    plan = memory.rulebook.in_force[asked.scenario]
    entered = "started" if plan.cap is None else "asked"
    try:
        return forecast(_turn(memory, contact), act_of(asked)) or entered
    except Absent:
        contact.shelf = memory.store.shelves([contact.id]).get(contact.id, b"")
        return forecast(_turn(memory, contact), act_of(asked)) or entered


def _turn(memory: Memory, contact: Contact) -> Turn:
    return Turn(contact.draft(), memory.rulebook, memory.instant())


def _became(contact: Contact, asked: StartAsked) -> str:
    """What came of the start for this contact, "" for one that it has not reached."""
    at = 0 if contact.merged_into else contact.starts.get(mark(asked.scenario, asked.label), 0)
    if not at:
        return ""
    waiting = [t for t in contact.tickets if (t.scenario, t.label) == (asked.scenario, asked.label)]
    if waiting:
        return "waiting" if waiting[0].until else "asked"
    return "started" if at > 0 else "missed"
