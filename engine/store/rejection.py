"""How many refused items are kept in full: enough to see what is wrong, never enough to fill a disk."""

from engine.ports.control_store import RejectedItem

KEPT = 1_000
"""Items kept in full a reason code, source and day; the rest is counted."""

_DAY = 86_400_000

Group = tuple[str, str, int]
"""Reason code, source, day (UTC, since 1970)."""


def group_of(item: RejectedItem) -> Group:
    return item.code, item.source, item.at // _DAY
