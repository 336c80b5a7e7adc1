"""Membership of a segment compiled: its condition, or two where staying is easier than entering."""

from engine.domain.conditions.demand import Answer, Demand, Predicate
from engine.domain.conditions.predicate import compiled
from engine.domain.language.segment import Segment
from engine.domain.profile.contact import Contact


def membership(segment: Segment, demand: Demand) -> Predicate:
    """Whether a contact belongs to it; what it reads is added to ``demand``."""
    enters = compiled(segment.condition, demand)
    if segment.stays is None:
        return enters
    stays, name = compiled(segment.stays, demand), segment.segment

    def holds(contact: Contact, now: int) -> Answer:
        return stays(contact, now) if name in contact.segments else enters(contact, now)

    return holds
