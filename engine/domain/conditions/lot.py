"""Lots: a share of all contacts drawn by chance, and always the same ones.

A contact is in the lot when its number, from 0 to 100, is below the share: so a share that grows keeps
those it had. The number is made of the lot's name and the contact's id; after a merge of the lower id
of both, which is the older contact's within one host.
"""

from hashlib import blake2b

from engine.domain.conditions.demand import NO, YES, Answer, Predicate
from engine.domain.language.condition import Condition
from engine.domain.profile.contact import Contact

_WHOLE = 100 / 2**53


def drawn(condition: Condition) -> Predicate:
    """Whether the contact is among the first ``percent`` of the lot."""
    lot, share = condition.lot or "", condition.percent or 0

    def holds(contact: Contact, now: int) -> Answer:  # noqa: ARG001 - one shape for all predicates
        return YES if number_in(lot, contact) < share else NO

    return holds


def number_in(lot: str, contact: Contact) -> float:
    """A contact's number in a lot, the older one's after a merge."""
    return number_of(lot, min((contact.id, *contact.pasts)))


def number_of(lot: str, contact: int) -> float:
    """From 0 to below 100, the same for ever."""
    digest = blake2b(f"{lot}\0{contact}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) * _WHOLE
