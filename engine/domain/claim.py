"""How a contact comes by its keys: claims, one at a time, answered by the directory or by a holder.

    event names a key that is not mine -> claim it (ClaimKey to the directory of the key's slot)
    free, or mine already              -> bound
    held, and I am anonymous           -> I merge into the holder (a key names one person)
    held, I am known, a device key     -> AskYield to the holder:
        anonymous holder               -> it merges into me
        known holder                   -> it lets go of the device, I rebind it
    held, I am known, any other key    -> review: two known contacts are never merged by the machine

A contact with claims under way does not yield; no answer is a "not yet", and the question comes
again. Only anonymous contacts ask the directory while they may still merge, and the directory
always answers, so nobody waits in a circle.
"""

from engine.domain import codec
from engine.domain.attribute import PERSONAL
from engine.domain.contact import Contact
from engine.domain.effect import Adopt, AskYield, ClaimKey
from engine.domain.event import PUBLIC, Event
from engine.domain.identity import Claim, is_device, kind_of
from engine.domain.merge import tombstone
from engine.domain.message import ClaimAnswered, YieldAnswered, YieldAsked
from engine.domain.turn import Turn

SINGLE = frozenset({"user_id"})
"""Kinds of which a person has one."""


def belongs_to_another(contact: Contact, event: Event) -> bool:
    """Whether the event names a person that this contact is not: another user id than its own."""
    wanted = [key for key in event.keys if kind_of(key) in SINGLE]
    held = [key for key in contact.keys if kind_of(key) in SINGLE]
    held += [claim.key for claim in contact.claims if kind_of(claim.key) in SINGLE]
    return any(key not in held for key in wanted) and bool(held)


def claim_keys(turn: Turn, event: Event) -> None:
    """Claim what the event names and this contact does not hold yet.

    A public key gives a known contact no email or phone: a message for it could go to anybody.
    """
    contact = turn.contact
    fresh = not contact.keys
    if fresh:
        bind(turn, event.key)
    if all(key in contact.keys for key in event.keys):
        return
    public = event.trust == PUBLIC
    guarded = PERSONAL if public and not fresh and contact.known else ()
    idle = not contact.claims
    held = {*contact.keys, *(claim.key for claim in contact.claims)}
    for key in event.keys:
        if key in held:
            continue
        if kind_of(key) in guarded:
            turn.note("claim_refused", kind_of(key), key)
        else:
            contact.claims.append(Claim(key, event.at, public=public))
    if idle:
        ask_next(turn)


def bind(turn: Turn, key: str) -> None:
    contact = turn.contact
    if key in contact.keys:
        return
    known = contact.known
    contact.keys.append(key)
    turn.note("bound", kind_of(key), key)
    if not known and contact.known:
        turn.note("identified", kind_of(key))


def ask_next(turn: Turn) -> None:
    """Put the first claim that is still open to the directory."""
    if turn.contact.claims:
        turn.effects.append(ClaimKey(turn.contact.claims[0]))


def _settled(turn: Turn, claim: Claim) -> bool:
    """Take the claim off the list; False when it was none of ours (an answer that came twice)."""
    contact = turn.contact
    if not contact.claims or contact.claims[0] != claim:
        return False
    del contact.claims[0]
    return True


def directory_answered(turn: Turn, answer: ClaimAnswered) -> None:
    contact, claim = turn.contact, answer.claim
    if not _settled(turn, claim):
        return
    if answer.holder in (0, contact.id):
        bind(turn, claim.key)
    elif claim.public and not is_device(claim.key):
        turn.note("claim_refused", kind_of(claim.key), claim.key)
    elif not contact.known and not is_device(claim.key):
        give_in(turn, answer.holder)
        return
    elif contact.known and is_device(claim.key):
        contact.claims.insert(0, claim)
        turn.effects.append(AskYield(answer.holder, claim))
        return
    else:
        turn.note("review", kind_of(claim.key), [claim.key, answer.holder])
    ask_next(turn)


def give_in(turn: Turn, survivor: int) -> None:
    """Merge this anonymous contact into another: leave a tombstone, send the state."""
    state = codec.encode(turn.contact)
    for run in turn.contact.runs:
        turn.note("step_out", f"{run.scenario}/{run.step}")
        turn.note("run_left", run.scenario, run.id)
    for segment in turn.contact.segments:
        turn.note("segment_left", segment)
    turn.note("merged_into", "", survivor)
    turn.contact = tombstone(turn.contact, survivor)
    turn.effects.append(Adopt(survivor, state))


def yields(contact: Contact) -> bool:
    """Whether a question to yield can be answered now; while claims are open it cannot."""
    return bool(contact.merged_into) or contact.known or not contact.claims


def yield_asked(turn: Turn, question: YieldAsked) -> YieldAnswered:
    """Answer a claimant. Asked again, it answers the same and changes nothing more."""
    contact, claim = turn.contact, question.claim
    if contact.merged_into == question.claimant:
        return YieldAnswered(claim, "merging")
    if contact.merged_into:
        return YieldAnswered(claim, "moved", contact.merged_into)
    if not contact.known:
        give_in(turn, question.claimant)
        return YieldAnswered(claim, "merging")
    if not is_device(claim.key):
        return YieldAnswered(claim, "kept")
    if claim.key in contact.keys:
        contact.keys.remove(claim.key)
        turn.note("released", kind_of(claim.key), claim.key)
    return YieldAnswered(claim, "released")


def holder_answered(turn: Turn, answer: YieldAnswered) -> None:
    contact, claim = turn.contact, answer.claim
    if not _settled(turn, claim):
        return
    match answer.outcome:
        case "merging":
            bind(turn, claim.key)
        case "released":
            again = Claim(claim.key, claim.since, claim.public, rebind=True)
            contact.claims.insert(0, again)
        case "kept":
            turn.note("review", kind_of(claim.key), [claim.key, answer.to])
        case "moved" if answer.to == contact.id:
            bind(turn, claim.key)
        case "moved":
            contact.claims.insert(0, claim)
            turn.effects.append(AskYield(answer.to, claim))
            return
    ask_next(turn)
