"""What a contact counts as: somebody known, or a part of another since the two were merged; else a device."""

from engine.domain.profile.contact import Contact

KNOWN, MERGED = "is/known", "is/merged"
"""Names of the counters; who is merged is not counted as known beside."""


def counted_as(contact: Contact) -> str:
    """Its counter, "" for none."""
    if contact.merged_into:
        return MERGED
    return KNOWN if contact.known else ""


def move(counters: dict[str, int], before: Contact, after: Contact) -> None:
    """A contact has changed; one that is no more is after that as one of whom nothing is known."""
    if before.keys == after.keys and before.merged_into == after.merged_into:
        return
    was, now = counted_as(before), counted_as(after)
    if was != now:
        for name, by in ((was, -1), (now, 1)):
            if name:
                counters[name] = counters.get(name, 0) + by
