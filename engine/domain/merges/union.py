"""Union: an operator makes another contact, known or not, a part of this one.

    act merge of B to A         -> A asks B to yield, when its claims before are answered
    B asked by A                -> B leaves a tombstone and sends its state, as any merge goes on
    B merged or parted itself   -> kept; A notes that the merge was refused

Whoever has something under way with another contact does not give itself up meanwhile, so two merges
that cross each other are both refused, and no circle of tombstones comes of any number of them.
"""

from engine.domain.intake.turn import Turn
from engine.domain.merges.claim import ask_next, give_in
from engine.domain.merges.claim import yield_asked as key_asked
from engine.domain.message import YieldAnswered, YieldAsked
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import WITH, Claim


def unite(turn: Turn, other: int) -> None:
    """Begin to make ``other`` a part of this contact; begun twice it is one beginning."""
    contact, wanted = turn.contact, f"{WITH}{other}"
    if other in (contact.id, *contact.pasts) or contact.merged_into:
        return
    if any(claim.key == wanted for claim in contact.claims):
        return
    contact.claims = [*contact.claims, Claim(wanted, turn.now)]
    if len(contact.claims) == 1:
        ask_next(turn)


def yield_asked(turn: Turn, question: YieldAsked) -> YieldAnswered:
    """Asked to become a part of the claimant, or to yield a key."""
    contact, claim = turn.contact, question.claim
    if not claim.key.startswith(WITH):
        return key_asked(turn, question)
    free = not contact.merged_into and not engaged(contact)
    if free:
        give_in(turn, question.claimant)
    yielded = turn.contact.merged_into == question.claimant
    return YieldAnswered(claim, "merging" if yielded else "kept", by=contact.id)


def engaged(contact: Contact) -> bool:
    """Whether something is under way between this contact and another one."""
    return any(claim.key.startswith(WITH) for claim in contact.claims)
