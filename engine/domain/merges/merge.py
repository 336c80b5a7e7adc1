"""Merging: an anonymous contact becomes part of a known one. Which value wins is written here.

attributes             the survivor's; the other's only where the survivor has none
consents               the later statement of both, of the same instant the withdrawal; see ``consent``
counters, measures     added; rings: the latest of both
scores                 added, each decayed to the later instant; caps hold for the events of both, and
                       what conditions add is asked again
segments               asked again, quietly: what is inherited triggers nothing
visits                 added; the current one is the later, the first touch the earlier
collections            items of both by their time; of one key the later
lists                  of both, each since the earlier time
companies              the survivor's first; the other's count the survivor in its place
runs                   go on in the survivor unless it has ever entered that scenario, or
                       for that key where the scenario has one
tickets                of both, unless the survivor has entered or asked itself
arms drawn             of two for one purpose the older
re-entry               the later entry counts
dates that came        for one of both, have come; those to come are set anew
orders                 of both
fingerprints           the youngest of both, so that a retry of either's events is recognised
reviews                of both, but for the one about the pair itself
hand-offs              of both; of two open ones of the same definition the older
"""

import msgspec

from engine.domain.aggregates.aggregate import join
from engine.domain.handoffs import handoff
from engine.domain.intake import company, listing, order_key, statement
from engine.domain.intake.collect import join_collections
from engine.domain.intake.review import MOST, over
from engine.domain.intake.turn import Turn
from engine.domain.message import Adopted, AdoptionSettled
from engine.domain.profile import codec, rising
from engine.domain.profile.contact import SEEN, Contact, Run, timer_of, watch_of
from engine.domain.profile.dedupe import merged
from engine.domain.profile.identity import WITH
from engine.domain.profile.session import joined
from engine.domain.rulebooks import pending
from engine.domain.runs import arm, by_hand, dating, giving, migration, ticket
from engine.domain.runs.entry import entry_of
from engine.domain.runs.waiting import reaim
from engine.domain.scores.points import join_scores

replace = msgspec.structs.replace


def tombstone(contact: Contact, survivor: int) -> Contact:
    """What stays of a merged contact: where it went, its keys, and what it has already taken."""
    return Contact(
        id=contact.id,
        keys=contact.keys,
        seen=contact.seen,
        first=contact.first,
        latest=contact.latest,
        merged_into=survivor,
        pasts=contact.pasts,
        rulebook=contact.rulebook,
        orders=contact.orders,
        shelf=contact.shelf and b"",
        risen=contact.risen,
    )


def follow(contact: Contact, message: AdoptionSettled) -> None:
    """The survivor is itself a part of another one: this tombstone points to whom it is offered now.

    It must be a part of whoever adopts it, or an unmerge there would not find it.
    """
    if contact.merged_into and message.to:
        contact.merged_into = message.to


def adopt(turn: Turn, message: Adopted) -> bool:
    """Take over an anonymous contact's state; False when that was done before."""
    contact = turn.contact
    if message.source in contact.pasts:
        return False
    other = codec.decode(message.state)
    turn.note("merged", "", [message.source, codec.whole(contact)])
    contact.pasts = [*contact.pasts, message.source, *other.pasts]
    contact.risen = rising.joined(contact, other)
    contact.keys = list(dict.fromkeys([*contact.keys, *other.keys]))
    _join_claims(turn, other)
    contact.attributes = other.attributes | contact.attributes
    statement.join(turn, other)
    contact.zone = contact.zone or other.zone
    contact.first = min(filter(None, (contact.first, other.first)), default=0)
    contact.latest = max(contact.latest, other.latest)
    contact.seen = merged(contact.seen, other.seen, turn.now, SEEN)
    pending.join(contact, other, turn.rulebook)
    join(contact, other, turn.rulebook.aggregates, turn.now)
    order_key.join(turn, other, message.orders)
    contact.visits = joined(contact.visits, other.visits)
    join_collections(turn, other, turn.rulebook.collections)
    arm.join(contact, other)
    dating.join(turn, other)
    giving.join(turn, other)
    join_scores(contact, other, turn.rulebook.decays, turn.rulebook.capped, turn.now)
    _take_runs(turn, other.runs, other)
    by_hand.join(contact, other)
    ticket.join(turn, other)
    migration.catch_up(turn)
    _join_reviews(turn, other)
    handoff.join(turn, other.handoffs, other.timers)
    handoff.join_actions(turn, other.actions)
    company.adopt(turn, other)
    listing.adopt(turn, other)
    reaim(turn)
    turn.effects += [replace(send, contact=contact.id) for send in message.sends]
    turn.stale.update(turn.rulebook.asked)
    turn.quiet = True
    return True


def _join_claims(turn: Turn, other: Contact) -> None:
    """The claims of both, but for what the adoption has brought.

    Whom the other has asked to let go of a key answers the other: it is asked once more.
    """
    contact = turn.contact
    brought = {*contact.keys, *(f"{WITH}{one}" for one in (contact.id, *contact.pasts))}
    contact.claims = [claim for claim in contact.claims if claim.key not in brought]
    held = {*brought, *(claim.key for claim in contact.claims)}
    theirs = [claim.anew for claim in other.claims if claim.key not in held]
    contact.claims = [*contact.claims, *theirs]


def _take_runs(turn: Turn, runs: list[Run], other: Contact) -> None:
    contact = turn.contact
    for run in runs:
        if entry_of(run) in contact.entries:
            turn.note("run_dropped", run.scenario, run.id)
            continue
        contact.runs.append(run)
        turn.passes("step_in", run)
        turn.note("run_taken", run.scenario, run.id)
        for owner in (timer_of(run), watch_of(run)):
            if owner in other.timers:
                contact.timers[owner] = other.timers[owner]
    for scenario, entered in other.entries.items():
        contact.entries[scenario] = max(entered, contact.entries.get(scenario, 0))


def _join_reviews(turn: Turn, other: Contact) -> None:
    contact = turn.contact
    over(turn, other.id)
    theirs = [one for one in other.reviews if one not in (contact.id, *contact.reviews)]
    contact.reviews = [*theirs, *contact.reviews][-MOST:]
