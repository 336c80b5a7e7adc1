"""Assignment: which owner a contact is offered to. The same contact and team always give the same one.

Those whose ``when`` holds come first, then those without one. Who shares contacts draws them by weight:
every owner gets a number for the contact, from a hash, and the highest has it (weighted rendezvous
hashing), so that an owner who joins or leaves moves none but their own. Contacts of one company are drawn
together, and whoever had the contact before keeps it.
"""

from hashlib import blake2b
from math import log

import msgspec

from engine.domain.conditions.demand import Predicate
from engine.domain.language.team import Handoff, Owner, Team
from engine.domain.profile.contact import Contact

_WHOLE = 2**53


class TeamPlan(msgspec.Struct, frozen=True):
    """The team, compiled: ``holds`` are the conditions of owners who have one."""

    owners: dict[str, Owner] = {}
    holds: dict[str, Predicate] = {}
    handoffs: dict[str, Handoff] = {}
    default: str = ""


def planned(team: Team, holds: dict[str, Predicate]) -> TeamPlan:
    first = next((one.owner for one in team.owners if one.active), "")
    return TeamPlan(
        owners={one.owner: one for one in team.owners},
        holds=holds,
        handoffs={one.handoff: one for one in team.handoffs},
        default=team.default or first,
    )


def owner_of(team: TeamPlan, handoff: Handoff, contact: Contact, before: str, now: int) -> str:
    """``before``: who had the contact last. "" where there is nobody."""
    for name in (handoff.owner, before):
        if name and name in team.owners and team.owners[name].active:
            return name
    active = [one for one in team.owners.values() if one.active]
    fitting = [one for one in active if (own := team.holds.get(one.owner)) and own(contact, now)[0]]
    sharing = fitting or [one for one in active if one.when is None]
    if not sharing:
        return team.default
    drawn = contact.companies[0] if contact.companies else str(min((contact.id, *contact.pasts)))
    return max(sharing, key=lambda one: (_number(one, drawn), one.owner)).owner


def _number(owner: Owner, drawn: str) -> float:
    digest = blake2b(f"owner\0{owner.owner}\0{drawn}".encode(), digest_size=8).digest()
    chance = ((int.from_bytes(digest, "big") >> 11) + 0.5) / _WHOLE
    return -owner.weight / log(chance)
