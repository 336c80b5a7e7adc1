"""What a contact has not counted from its beginning: pending until it is rebuilt from the log.

``contact.pending`` maps its name to how much of it can be read meanwhile. It is replaced,
never changed in place, and empty but for the while of a rebuild.
"""

from collections.abc import Mapping

from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.rulebook import Rulebook


def learn(contact: Contact, rulebook: Rulebook) -> None:
    """Before the contact comes under this rulebook."""
    if contact.pending or 0 < contact.rulebook < rulebook.newest:
        contact.pending = missing(contact, rulebook)


def missing(contact: Contact, rulebook: Rulebook) -> dict[str, int]:
    """What the rulebook counts and the contact, as it is, does not know in full."""
    found: dict[str, int] = {}
    for name, levels in rulebook.since.items():
        if name in contact.pending:
            known = contact.pending[name]
        elif 0 < contact.rulebook < levels[-1][0]:
            known = max((size for since, size in levels if since <= contact.rulebook), default=0)
        else:
            continue
        if known < levels[-1][1]:
            found[name] = known
    return found


def join(contact: Contact, other: Contact, rulebook: Rulebook) -> None:
    """After a merge: what one of both does not know, both together do not."""
    theirs = missing(other, rulebook)
    if theirs:
        mine = contact.pending
        contact.pending = mine | {n: min(known, mine.get(n, known)) for n, known in theirs.items()}


def first_of(pending: Mapping[str, int], rulebook: Rulebook) -> int:
    """The version that the oldest of them was new in."""
    return min(rulebook.since[name][-1][0] for name in pending)


def drop_removed(contact: Contact, rulebook: Rulebook) -> None:
    """What the rulebook no longer asks is no longer counted, so it must not stay."""
    asked = rulebook.aggregates
    for number in [n for n in contact.counts if n not in asked or not asked[n].counted]:
        del contact.counts[number]
    for number in [n for n in contact.rings if n not in asked or not asked[n].keep]:
        del contact.rings[number]
    for number, ring in contact.rings.items():
        contact.rings[number] = ring[-asked[number].keep :]
    for number in [n for n in contact.measures if n not in asked or not asked[n].form]:
        del contact.measures[number]
