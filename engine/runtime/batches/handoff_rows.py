"""The list of hand-offs: rows that follow the contacts' states, in the commit that changes them."""

from typing import TYPE_CHECKING, Any

from engine.domain.profile import codec, offer
from engine.domain.profile.contact import Contact
from engine.domain.profile.offer import Offer
from engine.ports.host_store import HandoffRow
from engine.runtime.state.memory import Memory

if TYPE_CHECKING:
    from engine.runtime.batches.batch import Batch

MOST = 10_000
"""Rows of a host that one look goes through."""
KEYS = 5
FACE = ("first_name", "last_name", "name", "email", "phone", "company")
"""Attributes that tell a reader who it is."""


def stage(batch: "Batch", before: Contact, after: Contact) -> None:
    """What of the contact's hand-offs is no longer as it was."""
    for name, held in after.handoffs.items():
        if before.handoffs.get(name) != held:
            batch.write.handoffs.append(row_of(after.id, held))
    leave(batch, after.id, before.handoffs.keys() - after.handoffs.keys())


def leave(batch: "Batch", contact: int, names: "set[str]") -> None:
    batch.write.handoffs_gone += [(contact, name) for name in sorted(names)]


def row_of(contact: int, held: Offer) -> HandoffRow:
    """In the order of a list: open ones by their deadline, then closed ones, the latest first."""
    rank = held.deadline if held.open else -held.closed
    return HandoffRow(contact, held.handoff, int(held.open), rank, offer.encode(held))


def told(memory: Memory, owner: str, status: str, limit: int) -> list[dict[str, Any]]:
    """The first ``limit`` of this host; an empty text stands for any."""
    rows = [(row.contact, offer.decode(row.body)) for row in memory.store.handoffs(MOST)]
    fitting = [
        (contact, held)
        for contact, held in rows
        if owner in ("", held.owner) and status in ("", held.status)
    ][:limit]
    states = memory.store.contacts({contact for contact, _ in fitting})
    words = memory.rulebook.lexicon
    faces = {number: face_of(codec.decode(row.state, words)) for number, row in states.items()}
    return [offer.plain(held) | faces[contact] for contact, held in fitting if contact in faces]


def face_of(contact: Contact) -> dict[str, Any]:
    return face(contact.id, contact.keys, contact.attributes, contact.company)


def face(
    contact: int, keys: list[str], attributes: dict[str, Any], company: dict[str, Any]
) -> dict[str, Any]:
    """As much of a contact as tells who it is."""
    known = {name: attributes[name] for name in FACE if name in attributes}
    return {"contact": contact, "keys": keys[:KEYS], "attributes": known, "company": company}
