"""How a claim leaves its contact: a hop to the directory, or, for crowds, the short way."""

from typing import TYPE_CHECKING

from engine.domain.effect import ClaimKey
from engine.domain.message import ClaimAnswered
from engine.domain.profile.identity import WITH, Binding, slot_of_key
from engine.runtime.state import reserved

if TYPE_CHECKING:
    from engine.runtime.batches.batch import Batch


def stage_claim(batch: "Batch", contact: int, asked: ClaimKey, depth: int) -> None:
    """In a bulk batch a key that is free, of a slot that is here, is bound and answered at once."""
    claim = asked.claim
    caused = 0 if claim.rebind is None else depth
    if batch.bulk and _is_free(batch, asked):
        batch.bind(claim.key, (Binding(claim.since, contact),))
        reserved.settle_of(batch, claim, contact)
        batch.apply(contact, ClaimAnswered(claim, 0), depth=caused)
    else:
        batch.hop(contact, slot_of_key(claim.asked), caused, asked)


def _is_free(batch: "Batch", asked: ClaimKey) -> bool:
    claim = asked.claim
    if claim.asked != claim.key or claim.key.startswith(WITH) or claim.rebind is not None:
        return False
    return slot_of_key(claim.key) in batch.memory.slots and not batch.holders(claim.key)
