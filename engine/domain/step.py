"""The step: one message, one contact. Pure: equal arguments give equal answers, none is changed.

The stages, always in this order:

    what time alone has brought since -> each timer due by now, at its own instant
    fold the message into aggregates and attributes -> score -> segments
    then for each moment that came of it: goals -> exits -> entries -> resume waiting runs

A moment is an event, or a segment entered or left. What a run changes is settled the same way, in
the same step, to a depth of 100 causes; a longer chain is a loop: the contact is parked with a text
that names it, still keeps its events, and is looked at again under the next rulebook.
"""

from engine.domain.duration import MINUTE
from engine.domain.effect import Effect
from engine.domain.event import Event
from engine.domain.fact import Fact
from engine.domain.handoffs import handoff
from engine.domain.intake import collect, company, lapse, optin, statement
from engine.domain.intake.turn import Loop, Turn
from engine.domain.merges import claim, merge, union, unmerge
from engine.domain.message import (
    Act,
    Adopted,
    AdoptionSettled,
    ClaimAnswered,
    CompanyLearned,
    Decided,
    HopMessage,
    LedOn,
    Message,
    Raised,
    Rebuilt,
    Receipt,
    Restored,
    Stated,
    TicketAnswered,
    TimerFired,
    Unmerged,
    Witnessed,
    YieldAnswered,
    YieldAsked,
)
from engine.domain.profile.contact import SEEN, Contact, timer_of
from engine.domain.profile.dedupe import merged
from engine.domain.profile.offer import TIMER
from engine.domain.rebuilt import take_rebuilt
from engine.domain.rulebooks import pending
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.runs import admission, closing, dating, migration, run, ticket
from engine.domain.settle import settle
from engine.domain.take import lead_on, take_act, take_event, take_receipt

PARKED = 60 * MINUTE


class Outcome:
    """What a step answers: the contact after it, the facts it caused, the effects it asks for."""

    __slots__ = ("answer", "contact", "effects", "facts")

    def __init__(self, turn: Turn, answer: Message | None = None) -> None:
        self.contact: Contact = turn.contact
        self.facts: list[Fact] = turn.facts
        self.effects: list[Effect] = turn.effects
        self.answer = answer


def step(contact: Contact, message: Message, rulebook: Rulebook, now: int) -> Outcome:
    """``now`` (ms) is when the message is consumed. ``answer`` goes back to whoever sent a hop."""
    turn = Turn(contact.draft(), rulebook, now)
    try:
        _refresh(turn)
        _take_timers(turn)
        answer = _consume(turn, message)
        settle(turn)
        if turn.scored and turn.contact.companies:
            company.tell(turn)
    except Loop as loop:
        turn = Turn(contact.draft(), rulebook, now)
        trouble = f"definitions cause one another without end: {loop}"
        turn.contact.trouble = trouble
        pending.learn(turn.contact, rulebook)
        turn.contact.rulebook = rulebook.version
        turn.note("parked", "", trouble)
        answer = _consume(turn, message)
        turn.contact.trouble = trouble
    if turn.contact.trouble:
        turn.contact.parked = now + PARKED
    return Outcome(turn, answer)


def _refresh(turn: Turn) -> None:
    """Under another rulebook than last time every segment is asked again, once, quietly.

    Of a contact that begins, those that do not wait (``engine.domain.conditions.outset``).
    """
    contact, rulebook = turn.contact, turn.rulebook
    if contact.rulebook == rulebook.version or contact.merged_into:
        return
    turn.quiet = contact.rulebook != 0
    pending.learn(contact, rulebook)
    pending.drop_removed(contact, rulebook)
    collect.drop_removed(contact, rulebook.kept)
    contact.rulebook = rulebook.version
    contact.trouble, contact.parked = "", 0
    lapse.arm(turn)
    handoff.rearm(turn)
    dating.refresh(turn)
    turn.stale.update(rulebook.asked if turn.quiet else rulebook.outset)
    for name in [name for name in contact.segments if name not in rulebook.segments]:
        del contact.segments[name]
        contact.timers.pop(f"segment:{name}", None)
        turn.note("segment_left", name)
    turn.crossed = bool(rulebook.stages or contact.stage)
    for key in [key for key in contact.upheld if key not in rulebook.asked]:
        del contact.upheld[key]
        contact.timers.pop(f"segment:{key}", None)
    moved = migration.succeed(turn)
    if turn.quiet:
        settle(turn)
        migration.go_on(turn, moved)
        run.decide(turn)
        settle(turn)


def _consume(turn: Turn, message: Message) -> Message | None:
    match message:
        case Event():
            take_event(turn, message)
        case TimerFired():
            pass
        case Receipt():
            take_receipt(turn, message)
        case Act():
            take_act(turn, message)
        case Stated():
            claim.claim_proved(turn, statement.take_stated(turn, message), message)
        case Rebuilt():
            take_rebuilt(turn, message)
        case Raised() | Decided():
            _take_handoff(turn, message)
        case LedOn(fingerprint):
            lead_on(turn, fingerprint)
        case Unmerged():
            unmerge.part(turn, message)
        case _:
            return _take_hop(turn, message)
    return None


def _take_handoff(turn: Turn, message: Raised | Decided) -> None:
    if isinstance(message, Raised):
        handoff.offer(turn, message.handoff, message.reason, asked=True)
    else:
        closing.decide(turn, message)


def _take_hop(turn: Turn, message: HopMessage) -> Message | None:
    """What another actor asked or answered; a question gets an answer."""
    match message:
        case ClaimAnswered():
            claim.directory_answered(turn, message)
        case YieldAsked():
            return union.yield_asked(turn, message)
        case YieldAnswered():
            claim.holder_answered(turn, message)
        case Adopted():
            return _adopt(turn, message)
        case Restored():
            return unmerge.restore(turn, message)
        case Witnessed():
            turn.contact.seen = merged(turn.contact.seen, message.seen, turn.now, SEEN)
            return AdoptionSettled()
        case CompanyLearned():
            company.learn(turn, message)
        case TicketAnswered():
            admission.answered(turn, message)
        case AdoptionSettled():
            merge.follow(turn.contact, message)
    return None


def _adopt(turn: Turn, message: Adopted) -> AdoptionSettled:
    asked = turn.contact.claims[:1]
    if merge.adopt(turn, message):
        claim.go_on(turn, asked)
    return AdoptionSettled()


def _take_timers(turn: Turn) -> None:
    """Work off every timer that is due, in order; at one instant the segments go before the runs."""
    contact = turn.contact
    if contact.trouble:
        return
    while contact.timers and (due := min(contact.timers.values())) <= turn.now:
        owners = sorted(owner for owner, at in contact.timers.items() if at == due)
        segments = [owner for owner in owners if owner.startswith(("segment:", "watch:"))]
        if segments:
            _flip(turn, segments, due)
        elif owners[0].startswith(optin.TIMER):
            optin.expire(turn, owners[0])
        elif owners[0].startswith(TIMER):
            handoff.look(turn, owners[0])
            settle(turn)
        elif lapse.OWNER in owners:
            lapse.look(turn)
        elif owners[0].startswith(dating.TIMER):
            dating.fire(turn, owners[0])
            settle(turn)
        elif owners[0].startswith(ticket.TIMER):
            admission.fire(turn, owners[0])
            settle(turn)
        else:
            waiting = next(one for one in contact.runs if timer_of(one) == owners[0])
            run.fire(turn, waiting)
            settle(turn)


def _flip(turn: Turn, owners: list[str], due: int) -> None:
    """Ask these segments, and what runs watch for, at their own instant, together.

    Between them no state may be seen by half.
    """
    turn.at = due
    for owner in owners:
        del turn.contact.timers[owner]
        kind, _, name = owner.partition(":")
        plan = turn.rulebook.asked.get(name) if kind == "segment" else None
        if plan is not None:
            turn.stale[plan.name] = plan
    settle(turn)
    turn.at = turn.now
