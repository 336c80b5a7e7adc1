"""Aggregates: what of a contact's past the rulebook asks for, kept as counters and rings of times."""

from bisect import insort
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import msgspec

from engine.domain.condition import Where

Matcher = Callable[[dict[str, Any]], bool]


class Aggregate(msgspec.Struct):
    """Occurrences of an event (whose properties fit ``matches``).

    ``keep`` is how many event times the ring holds: the largest "at least" that any windowed
    condition asks for, 0 when none does. ``counted`` asks for the count over all time.
    """

    id: int
    event: str
    matches: Matcher | None
    keep: int = 0
    counted: bool = False


def aggregate_id(event: str, where: Where | None) -> int:
    """The same for the same question in every version of the rulebook and in every process."""
    plain = msgspec.json.encode([event, where or {}], order="deterministic")
    return int.from_bytes(blake2b(plain, digest_size=5).digest(), "big")


def remembered(ring: list[int] | None, at: int, keep: int) -> list[int]:
    """A new ring with ``at``: the ``keep`` latest event times, ascending, late arrivals in place."""
    if ring is None:
        return [at]
    if at >= ring[-1]:
        return [*ring, at] if len(ring) < keep else [*ring[len(ring) - keep + 1 :], at]
    grown = ring[:]
    insort(grown, at)
    return grown[-keep:]
