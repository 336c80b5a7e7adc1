"""What a host tells about who is who: its reviews, and as much of contacts as shows who they are."""

from typing import Any

import msgspec

from engine.errors import BadRequest
from engine.runtime.desks.parting import since_merge
from engine.runtime.state.memory import Memory

METHODS = ("reviews", "faces", "latest_merge")


def answer(memory: Memory, method: str, body: bytes) -> Any:
    """Raises BadRequest when the merge that is asked about cannot be undone."""
    if method == "reviews":
        return memory.store.reviews(msgspec.msgpack.decode(body, type=int))
    if method == "latest_merge":
        return latest_merge(memory, *msgspec.msgpack.decode(body, type=tuple[int, int]))
    return faces(memory, msgspec.msgpack.decode(body, type=list[int]))


def faces(memory: Memory, contacts: list[int]) -> list[tuple[int, int, list[str], list[str]]]:
    """Id, survivor, keys and claims of those that are here."""
    found = (memory.resident(number) for number in contacts)
    here = (resident.contact for resident in found if resident is not None)
    return [(one.id, one.merged_into, one.keys, [c.key for c in one.claims]) for one in here]


def latest_merge(memory: Memory, contact: int, wanted: int) -> tuple[int, list[int]]:
    """Who merged into the contact last, and the rulebooks in force since."""
    resident = memory.resident(contact)
    if resident is None:
        text = f"contact {contact} is not here"
        raise BadRequest(text)
    since = since_merge(memory.store.log_row, resident, wanted)
    return since.adopted.source, since.versions
