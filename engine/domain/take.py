"""What a message does to a contact before anything is settled: events, receipts, operators' acts."""

from engine.domain.aggregates.aggregate import fold_aggregates
from engine.domain.effect import Settle
from engine.domain.event import Event
from engine.domain.handoffs import handoff
from engine.domain.intake import activity, bounce, company, listing, order_key, statement
from engine.domain.intake.collect import collect
from engine.domain.intake.turn import Turn
from engine.domain.intake.visit import take_visit
from engine.domain.merges import claim, union
from engine.domain.message import Act, Receipt
from engine.domain.profile.attribute import changes, is_flag
from engine.domain.profile.calendar import ZONE_ATTRIBUTE
from engine.domain.profile.contact import SEEN
from engine.domain.profile.dedupe import mark_of, with_seen
from engine.domain.rulebooks.rulebook import EventPlan
from engine.domain.runs import answering, by_hand, dating, run, ticket
from engine.domain.runs.assigning import put
from engine.domain.runs.fallback import fall_back
from engine.domain.runs.waiting import reaim
from engine.domain.scores.points import fold_scores

SEEN_WHILE_CLAIMING = 4_096
"""Fingerprints kept while a merge may be under way: the survivor must recognise every retry."""


def take_event(turn: Turn, event: Event) -> None:
    contact = turn.contact
    _remember(turn, event.fingerprint)
    claim.claim_keys(turn, event)
    contact.first = min(contact.first, event.at) if contact.first else event.at
    contact.latest = max(contact.latest, event.at)
    if event.zone and event.zone != contact.zone:
        contact.zone = event.zone
        reaim(turn)
        turn.changed(ZONE_ATTRIBUTE)
    if event.traits:
        _fold_traits(turn, event)
    if event.name == order_key.COMPLETED:
        order_key.remember(turn, event)
    elif event.name == statement.CHANGED:
        statement.take_event(turn, event)
    elif event.name in listing.CHANGES:
        listing.take_event(turn, event)
    if event.kind == "group":
        company.join(turn, event)
    collect(turn, event)
    if turn.rulebook.team.handoffs:
        handoff.remember(turn, event)
    turn.quiet = not event.live
    for one in (event, *take_visit(turn, event)):
        _tell(turn, one)


def _tell(turn: Turn, event: Event) -> None:
    """An event as aggregates, scores and scenarios take it."""
    plan = turn.rulebook.event(event.name)
    _fold_aggregates(turn, event, plan)
    _score(turn, event, plan)
    if not turn.contact.trouble:
        turn.happened("event", event.name, live=_is_live(turn, event), event=event)


def _is_live(turn: Turn, event: Event) -> bool:
    """Whether scenarios react to it: it was not imported, and it is not too old."""
    return event.live and event.at >= turn.now - turn.rulebook.max_age


def _remember(turn: Turn, fingerprint: bytes) -> None:
    contact = turn.contact
    keep = SEEN_WHILE_CLAIMING if contact.claims else SEEN
    contact.seen = with_seen(contact.seen, fingerprint, turn.now, keep)


def lead_on(turn: Turn, fingerprint: bytes) -> None:
    """It is not for this contact; a retry of it must not be, either, whoever the contact is by then."""
    _remember(turn, mark_of(fingerprint))


def _fold_traits(turn: Turn, event: Event) -> None:
    changed = changes(turn.contact, event)
    live = _is_live(turn, event)
    flags = [name for name in changed if is_flag(name)]
    for name, value in changed.items():
        if name not in flags:
            put(turn, name, value, event.source, live=live)
    for name in flags:  # a double opt-in asks at the address that came with it
        statement.take_flag(turn, event, name, changed[name])


def _fold_aggregates(turn: Turn, event: Event, plan: EventPlan) -> None:
    fold_aggregates(turn.contact, event, plan.aggregates, turn.properties_of, turn.now)
    for segment in plan.segments:
        turn.stale[segment.name] = segment


def _score(turn: Turn, event: Event, plan: EventPlan) -> None:
    gave = fold_scores(turn.contact, event, plan.scores, turn.properties_of, turn.now)
    for rule, points in gave:
        turn.scored = True
        turn.note("scored", rule.score, points)


def take_receipt(turn: Turn, receipt: Receipt) -> None:
    detail = [receipt.key, receipt.code, receipt.reason]
    turn.note(receipt.outcome, receipt.channel, detail)
    match receipt.outcome:
        case "sent" | "failed" | "unknown" | "deferred" as outcome:
            turn.effects.append(Settle(receipt.key, outcome))
            fall_back(turn, receipt)
        case "dead":
            pass
        case _:
            _remember(turn, receipt.fingerprint)
            bounce.count(turn, receipt)
    bounce.heed(turn, receipt)
    answering.keep(turn, receipt)
    answering.hear(turn, receipt)
    for event in activity.told(receipt, turn.rulebook, turn.now):
        collect(turn, event)
        _tell(turn, event)


def take_act(turn: Turn, act: Act) -> None:
    contact = turn.contact
    match act.act:
        case "set":
            put(turn, act.subject, act.value, act.by)
        case "exit":
            for one in [r for r in contact.runs if act.subject in (r.scenario, r.id)]:
                run.end(turn, one, "operator")
            ticket.stop(turn, act.subject, "operator")
        case "merge":
            union.unite(turn, act.value)
        case "start":
            by_hand.act(turn, act)
        case "join":
            listing.join(turn, act.subject)
        case "quit":
            listing.quit_(turn, act.subject)
        case "resume":
            contact.trouble, contact.parked = "", 0
            turn.stale.update(turn.rulebook.asked)
            dating.refresh(turn)
