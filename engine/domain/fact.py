"""What a step caused, stored in the log row of the message that caused it; counters are their sums."""

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


def tally(counters: dict[str, int], facts: list[Fact]) -> None:
    """Add facts to counters in place: ``what`` and ``what/subject`` each go up by one."""
    for fact in facts:
        what = fact.what
        counters[what] = counters.get(what, 0) + 1
        if what not in UNBOUNDED:
            name = f"{what}/{fact.subject}"
            counters[name] = counters.get(name, 0) + 1


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Fact])


def encode(facts: list[Fact]) -> bytes:
    """Empty bytes for no facts."""
    return _encoder.encode(facts) if facts else b""


def decode(raw: bytes) -> list[Fact]:
    return _decoder.decode(raw) if raw else []
