"""What a step caused, stored in the log row of the message that caused it; counters are their sums."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec


class Fact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """``what`` happened to ``subject`` at an instant (ms); ``detail`` is plain data, or None."""

    what: str
    subject: str
    at: int
    detail: Any = None


UNBOUNDED = frozenset({"changed"})
"""Facts whose subjects callers invent: counted as a whole only."""


def tally(counters: dict[str, int], facts: Iterable[Fact]) -> None:
    """Add facts to counters in place: ``what`` and ``what/subject`` each go up by one."""
    alike = Counter([(fact.what, fact.subject) for fact in facts])
    for (what, subject), count in alike.items():
        counters[what] = counters.get(what, 0) + count
        if what not in UNBOUNDED:
            name = f"{what}/{subject}"
            counters[name] = counters.get(name, 0) + count


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Fact])


def encode(facts: list[Fact]) -> bytes:
    """Empty bytes for no facts."""
    return _encoder.encode(facts) if facts else b""


def decode(raw: bytes) -> list[Fact]:
    return _decoder.decode(raw) if raw else []
