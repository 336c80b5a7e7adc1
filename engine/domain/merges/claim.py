"""How a contact comes by its keys: claims, one at a time, answered by the directory or by a holder.

    event names a key that is not mine -> claim it (ClaimKey to the directory of the key's slot)
    free, or mine already              -> bound
    held, and I am anonymous           -> I merge into the holder (a key names one person);
                                          with a user id still to be claimed, that one goes first
    held, I am known, a device key     -> AskYield to the holder:
        anonymous holder               -> it merges into me
        known holder                   -> it lets go of the device, I rebind it; it is told what I took,
                                          for by the device retries of that may still go there
        merged holder                  -> I ask who took it over
    held, I am known, any other key    -> review: two known contacts are never merged by the machine;
                                          the holder is told what I took, for retries of it go there

A public key proves nothing, so what it claims of another's is refused. Should the owner of the address
then follow the link of a double opt-in that this contact has asked for, the key is claimed again, as
proved: an anonymous contact merges into the holder, a known one goes to review.

An alias claims the former id as a device's, and asks who holds it as a user id: whoever does may be the
same person, which is a review too.

No answer is a "not yet", and the question comes again: an anonymous contact does not yield while it
claims, a known one not the key that it is being given, a survivor not before it has adopted. The
directory always answers, and a claimant waits only for one that was bound later than it asked, so
nobody waits in a circle.
"""

import msgspec

from engine.domain.conditions.reach import REACH
from engine.domain.effect import Adopt, AskYield, ClaimKey, Witness
from engine.domain.event import PUBLIC, Event
from engine.domain.intake import lifecycle, listing
from engine.domain.intake.review import review
from engine.domain.intake.turn import Turn
from engine.domain.merges.merge import tombstone
from engine.domain.message import ClaimAnswered, Stated, YieldAnswered, YieldAsked
from engine.domain.profile import codec
from engine.domain.profile.attribute import PERSONAL
from engine.domain.profile.contact import Contact
from engine.domain.profile.identity import WHO, WITH, Claim, is_device, key_of, kind_of, value_of

SINGLE = frozenset({"user_id"})
"""Kinds of which a person has one."""


def belongs_to_another(contact: Contact, event: Event) -> bool:
    """Whether the event names a person that this contact is not: another user id than its own."""
    wanted = [key for key in event.keys if kind_of(key) in SINGLE]
    if not wanted:
        return False
    held = [key for key in contact.keys if kind_of(key) in SINGLE]
    held += [claim.key for claim in contact.claims if kind_of(claim.key) in SINGLE]
    return any(key not in held for key in wanted) and bool(held)


def claim_keys(turn: Turn, event: Event) -> None:
    """Claim what the event names and this contact does not hold yet.

    A public key gives a known contact no email or phone: a message for it could go to anybody.
    """
    contact = turn.contact
    fresh = not (contact.keys or contact.first)
    if fresh:
        bind(turn, event.key)
    idle = not contact.claims
    if event.kind == "alias":
        _ask_who(contact, event)
    elif all(map(contact.keys.__contains__, event.keys)):
        return
    public = event.trust == PUBLIC
    guarded = PERSONAL if public and not fresh and contact.known else ()
    held = {*contact.keys, *(claim.key for claim in contact.claims)}
    for key in event.keys:
        if key in held:
            continue
        if kind_of(key) in guarded:
            turn.note("claim_refused", kind_of(key), key)
        else:
            contact.claims = [*contact.claims, _claim(key, event)]
    if idle:
        ask_next(turn)


def claim_proved(turn: Turn, key: str, stated: Stated) -> None:
    """Claim the address whose owner has confirmed; "" for none."""
    contact = turn.contact
    if not key or key in contact.keys:
        return
    idle = not contact.claims
    claim = Claim(key, turn.now, source=stated.by, message_id=stated.key)
    contact.claims = [*contact.claims, claim]
    if idle:
        ask_next(turn)


def _claim(key: str, event: Event) -> Claim:
    public = event.trust == PUBLIC
    return Claim(key, event.at, public, None, event.source, event.message_id, event.fingerprint)


def _ask_who(contact: Contact, event: Event) -> None:
    """An alias names a former id, which may have been a known one: then two known contacts are one.

    A public key proves nothing about a user id, so it puts nobody on the review list.
    """
    if event.trust == PUBLIC:
        return
    for key in event.keys:
        former = key_of("user_id", value_of(key))
        if is_device(key) and former not in contact.keys:
            contact.claims = [*contact.claims, _claim(f"{WHO}{former}", event)]


def bind(turn: Turn, key: str) -> None:
    contact = turn.contact
    if key in contact.keys:
        return
    known = contact.known
    contact.keys = [*contact.keys, key]
    turn.changed(REACH)
    turn.note("bound", kind_of(key), key)
    if not known and contact.known:
        turn.note("identified", kind_of(key))


def ask_next(turn: Turn) -> None:
    """Put the first claim that is still open to the directory, or to the contact that it is about."""
    for claim in turn.contact.claims[:1]:
        if claim.key.startswith(WITH):
            turn.effects.append(AskYield(int(claim.key.removeprefix(WITH)), claim))
        else:
            turn.effects.append(ClaimKey(claim))


def go_on(turn: Turn, asked: list[Claim]) -> None:
    """After an adoption: with what it has left to claim, and with what it was to bring and did not.

    Whoever gave itself up for a key may have let go of that before: then the directory is asked anew.
    """
    contact = turn.contact
    if contact.claims[:1] == asked:
        contact.claims = [*(claim.anew for claim in asked), *contact.claims[1:]]
    if contact.claims[:1] != asked:
        ask_next(turn)


def _under_way(contact: Contact, claim: Claim) -> bool:
    """False when an answer came twice, or when an adoption has brought the key meanwhile."""
    return bool(contact.claims) and contact.claims[0] == claim


def directory_answered(turn: Turn, answer: ClaimAnswered) -> None:
    contact, claim = turn.contact, answer.claim
    if not _under_way(contact, claim):
        return
    contact.claims = contact.claims[1:]
    if claim.asked != claim.key:
        _told_who(turn, claim, answer.holder)
    elif answer.holder in (0, contact.id) or _inherited(contact, answer):
        bind(turn, claim.key)
    elif claim.public and not is_device(claim.key):
        turn.note("claim_refused", kind_of(claim.key), claim.key)
        turn.effects.append(Witness(answer.holder, contact.seen))
    elif not contact.known and not is_device(claim.key):
        if not any(kind_of(other.key) in SINGLE for other in contact.claims):
            give_in(turn, answer.holder)
            return
        contact.claims = [*contact.claims, claim]
    elif contact.known and is_device(claim.key):
        asked = msgspec.structs.replace(claim, rebind=answer.since)
        contact.claims = [asked, *contact.claims]
        turn.effects.append(AskYield(answer.holder, asked))
        return
    else:
        review(turn, claim, answer.holder)
        if not is_device(claim.key):
            turn.effects.append(Witness(answer.holder, contact.seen))
    ask_next(turn)


def _inherited(contact: Contact, answer: ClaimAnswered) -> bool:
    """Bound to a contact that is a part of me now; a device may have been let go since, so it is asked."""
    return answer.holder in contact.pasts and not is_device(answer.claim.key)


def _told_who(turn: Turn, claim: Claim, holder: int) -> None:
    if holder not in (0, turn.contact.id, *turn.contact.pasts):
        review(turn, claim, holder)


def give_in(turn: Turn, survivor: int) -> None:
    """Merge this anonymous contact into another: leave a tombstone, send the state."""
    state = codec.whole(turn.contact)
    for run in turn.contact.runs:
        turn.passes("step_out", run)
        turn.note("run_left", run.scenario, run.id)
    for segment in turn.contact.segments:
        turn.note("segment_left", segment)
    turn.facts += listing.left(turn.contact, turn.at)
    turn.facts += lifecycle.left(turn.contact, turn.at, turn.rulebook.zone)
    turn.note("merged_into", "", survivor)
    turn.contact = tombstone(turn.contact, survivor)
    turn.effects.append(Adopt(survivor, state))


def yields(contact: Contact, question: YieldAsked) -> bool:
    """Whether a question to yield can be answered now: not while the key is still on its way here."""
    if contact.merged_into or question.claim.key.startswith(WITH):
        return True
    if question.via and question.via not in contact.pasts:
        return question.via in contact.risen
    if contact.known:
        return not contact.claims or contact.claims[0].key != question.claim.key
    return not contact.claims


def yield_asked(turn: Turn, question: YieldAsked) -> YieldAnswered:
    """Answer a claimant. Asked again, it answers the same and changes nothing more.

    What was on its way to a contact that is merged itself will come to whom that one is a part of. Who has
    been parted from this contact meanwhile answers for itself; who has become a part of it needs nothing.
    """
    contact, claim = turn.contact, question.claim
    if contact.merged_into == question.claimant:
        return YieldAnswered(claim, "merging", by=contact.id)
    if contact.merged_into:
        comes = question.via and question.via not in contact.pasts
        return YieldAnswered(
            claim, "moved", contact.merged_into, question.via if comes else contact.id
        )
    if question.via and question.via not in contact.pasts:
        return YieldAnswered(claim, "moved", question.via)
    if question.claimant in contact.pasts or (contact.known and not is_device(claim.key)):
        return YieldAnswered(claim, "kept", by=contact.id)
    if not contact.known:
        give_in(turn, question.claimant)
        return YieldAnswered(claim, "merging", by=contact.id)
    if claim.key in contact.keys:
        contact.keys = [key for key in contact.keys if key != claim.key]
        turn.note("released", kind_of(claim.key), claim.key)
    return YieldAnswered(claim, "released", by=contact.id)


def holder_answered(turn: Turn, answer: YieldAnswered) -> None:
    """What merges into me brings the key when I adopt it; adopted before, I have let go of it since."""
    contact, claim = turn.contact, answer.claim
    if not _under_way(contact, claim):
        return
    match answer.outcome:
        case "merging" if answer.by not in contact.pasts:
            return
        case "merging":
            turn.effects.append(ClaimKey(claim))
        case "released":
            turn.effects += [Witness(answer.by, contact.seen), ClaimKey(claim)]
        case "moved":
            turn.effects.append(AskYield(answer.to, claim, answer.by))
        case "restored":
            contact.claims = contact.claims[1:]
            ask_next(turn)
        case "kept":
            contact.claims = contact.claims[1:]
            if claim.key.startswith(WITH):
                turn.note("merge_refused", "", answer.by)
            else:
                review(turn, claim, answer.by)
            ask_next(turn)
