"""What a step caused, stored in the log row of the message that caused it; counters are their sums."""

from typing import Any

import msgspec


class Fact(msgspec.Struct, frozen=True, array_like=True):
    """``what`` happened to ``subject`` at an instant (ms); ``detail`` is plain data, or None."""

    what: str
    subject: str
    at: int
    detail: Any = None


def tally(counters: dict[str, int], facts: tuple[Fact, ...] | list[Fact]) -> None:
    """Add facts to counters in place: ``what`` and ``what/subject`` each go up by one."""
    for fact in facts:
        for name in (fact.what, f"{fact.what}/{fact.subject}"):
            counters[name] = counters.get(name, 0) + 1
