"""Rising: a merged contact becomes itself again. By how often it has, what comes late is known.

Whoever asks a merge or its undoing of another contact may ask twice, and the second asking may come
when the two have been parted, or joined, meanwhile: it is of a life that is over.
"""

from engine.domain.profile.contact import Contact


def risen(parted: Contact) -> dict[int, int]:
    """What it counts when it is itself once more."""
    return parted.risen | {parted.id: parted.risen.get(parted.id, 0) + 1}


def joined(one: Contact, other: Contact) -> dict[int, int]:
    """The latest that either knows of anybody."""
    counts = dict(one.risen)
    for contact, count in other.risen.items():
        counts[contact] = max(count, counts.get(contact, 0))
    return counts


def is_over(holder: Contact, offered: Contact) -> bool:
    """Whether that state is of a life that ended when the contact was parted from whoever holds this."""
    return offered.risen.get(offered.id, 0) < holder.risen.get(offered.id, 0)


def is_up(grave: Contact, half: Contact) -> bool:
    """Whether the tombstone is of a life that began with this rising, or later."""
    return half.risen.get(half.id, 0) <= grave.risen.get(grave.id, 0)
