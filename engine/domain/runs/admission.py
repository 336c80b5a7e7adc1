"""Admission: what a contact does with a quota's answer, and when its turn has come."""

import msgspec

from engine.domain.duration import HOUR
from engine.domain.intake.turn import Turn
from engine.domain.message import TicketAnswered
from engine.domain.profile.contact import Ticket
from engine.domain.runs import by_hand, run, ticket
from engine.domain.runs.entry import refusal
from engine.domain.runs.rollout import for_contact

replace = msgspec.structs.replace


def answered(turn: Turn, message: TicketAnswered) -> None:
    """Leave to enter, now or later, or none; what nobody waits for any more is given back."""
    asked = [t for t in turn.contact.tickets if t.id == message.run and not t.until]
    told = Ticket(message.run, message.scenario, "", 0, b"", *message.period)
    if not asked:
        ticket.give_back(turn, told)
        return
    held = replace(asked[0], since=told.since, until=told.until, most=told.most, per=told.per)
    if not held.until:
        ticket.remove(turn, held)
        by_hand.missed(turn.contact, held, turn.now)
        turn.note("entry_capped", held.scenario, held.id)
        return
    ticket.keep(turn, held)
    if held.since > turn.now or turn.contact.trouble:
        turn.contact.timers[ticket.timer_of(held)] = max(held.since, turn.now)
        turn.note("entry_waits", held.scenario, [held.id, held.since])
    else:
        _admit(turn, held)


def fire(turn: Turn, owner: str) -> None:
    """A ticket's period has begun. Under another cap than it was given for it is asked for anew."""
    del turn.contact.timers[owner]
    held = next(t for t in turn.contact.tickets if ticket.timer_of(t) == owner)
    cap = ticket.cap_on(turn, held.scenario)
    if held.scenario in turn.rulebook.paused:
        turn.contact.timers[owner] = turn.now + HOUR
    elif cap is not None and (cap.most, cap.per) != (held.most, held.per):
        ticket.ask_again(turn, held, cap)
    else:
        _admit(turn, held)


def _admit(turn: Turn, held: Ticket) -> None:
    cap = ticket.cap_on(turn, held.scenario)
    if cap is not None and turn.now >= held.until:
        ticket.ask_again(turn, held, cap)
        return
    if held.scenario in turn.rulebook.paused:
        turn.contact.timers[ticket.timer_of(held)] = turn.now + HOUR
        return
    plan = for_contact(turn.rulebook, held.scenario, turn.contact)
    ticket.remove(turn, held)
    why = refusal(turn, plan, held.key) if plan is not None else "rollout"
    if plan is None or why:
        ticket.drop(turn, held, why)
    else:
        run.begin(turn, plan, held.id, held.key, held.event)
