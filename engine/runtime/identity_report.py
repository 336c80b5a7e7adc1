"""What a host tells about who is who: its reviews, and as much of contacts as shows who they are."""

from typing import Any

import msgspec

from engine.runtime.memory import Memory

METHODS = ("reviews", "faces")


def answer(memory: Memory, method: str, body: bytes) -> Any:
    if method == "reviews":
        return memory.store.reviews(msgspec.msgpack.decode(body, type=int))
    return faces(memory, msgspec.msgpack.decode(body, type=list[int]))


def faces(memory: Memory, contacts: list[int]) -> list[tuple[int, int, list[str], list[str]]]:
    """Id, survivor, keys and claims of those that are here."""
    found = (memory.resident(number) for number in contacts)
    here = (resident.contact for resident in found if resident is not None)
    return [(one.id, one.merged_into, one.keys, [c.key for c in one.claims]) for one in here]
