"""Unmerge: a merge is undone, on both sides, by messages that carry all that it takes.

The host has lived both contacts through what came since (``parting``); here its answer is taken.
The survivor becomes what it is without the other, and holds a claim ``#other`` until that one is
awake: so nothing is asked of the other, and nothing asked for in its name, before it can answer. The
other rises from its tombstone and claims the keys that were bound to the survivor on its behalf. Runs that
the merge had dropped come back as they stood, from before a pause or a version that has passed since.

An event that names keys of both joins an anonymous one again, as it would have the first time.
"""

import msgspec

from engine.domain.effect import KeepOrders, Restore
from engine.domain.intake import company, lifecycle, listing
from engine.domain.intake.turn import Turn
from engine.domain.merges.claim import ask_next
from engine.domain.message import Restored, Unmerged, YieldAnswered
from engine.domain.profile import codec
from engine.domain.profile.contact import SEEN, Contact
from engine.domain.profile.dedupe import merged
from engine.domain.profile.identity import WITH, Claim
from engine.domain.runs import migration, ticket

replace = msgspec.structs.replace


def part(turn: Turn, message: Unmerged) -> None:
    """The survivor without the other."""
    before, claim = turn.contact, Claim(f"{WITH}{message.source}", turn.now)
    turn.contact = codec.decode(message.mine)
    turn.contact.claims = [claim]
    turn.contact.shelf = turn.contact.shelf or b""
    turn.note("unmerged", "", message.source)
    _tell(turn, before, turn.contact)
    migration.catch_up(turn)
    company.part(turn, before)
    turn.effects.append(KeepOrders(message.orders))
    turn.effects.append(Restore(message.source, claim, message.other))


def restore(turn: Turn, message: Restored) -> YieldAnswered:
    """The other, awake again. What it was told in its tombstone it has still been told."""
    grave, half = turn.contact, message.half
    contact = codec.decode(half.state)
    contact.seen = merged(grave.seen + contact.seen, half.seen, turn.now, SEEN)
    contact.attributes = contact.attributes | grave.attributes
    contact.consents = contact.consents | grave.consents
    contact.shelf = contact.shelf or b""
    turn.contact = contact
    turn.note("restored", "", message.source)
    _tell(turn, Contact(contact.id), contact)
    migration.catch_up(turn)
    turn.effects.append(KeepOrders(half.orders))
    turn.effects += [replace(send, contact=contact.id) for send in half.sends]
    company.part(turn, grave)
    ticket.ask_anew(turn)
    ask_next(turn)
    return YieldAnswered(message.claim, "restored", by=contact.id)


def _tell(turn: Turn, before: Contact, after: Contact) -> None:
    """What goes and what comes, so that figures stay true: in = out + inside."""
    stood = {run.id: run.step for run in before.runs}
    stands = {run.id: run.step for run in after.runs}
    for run in before.runs:
        if stands.get(run.id) != run.step:
            turn.passes("step_out", run)
        if run.id not in stands:
            turn.note("run_left", run.scenario, run.id)
    for run in after.runs:
        if stood.get(run.id) != run.step:
            turn.passes("step_in", run)
        if run.id not in stood:
            turn.note("run_taken", run.scenario, run.id)
    listing.part(turn, before, after)
    lifecycle.part(turn, before, after)
    for segment in sorted(before.segments.keys() - after.segments.keys()):
        turn.note("segment_left", segment)
    for segment in sorted(after.segments.keys() - before.segments.keys()):
        turn.note("segment_entered", segment)
