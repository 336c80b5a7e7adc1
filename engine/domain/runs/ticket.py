"""Tickets: who enters a capped scenario asks its quota first, and holds leave to enter in one period.

a moment that would start a run   -> asked for; it keeps what came with the moment
turned away                       -> a fact, ``entry_capped``
leave for now                     -> it enters, see ``admission``
leave for later                   -> a timer; a fact, ``entry_waits``
not needed any more               -> given back
"""

import msgspec

from engine.domain.effect import AskTicket
from engine.domain.intake.turn import Turn
from engine.domain.language.entry_cap import EntryCap
from engine.domain.profile.contact import Contact, Ticket
from engine.domain.runs import by_hand
from engine.domain.runs.entry import entry_of

TIMER = "ticket:"

replace = msgspec.structs.replace


def timer_of(ticket: Ticket) -> str:
    """The owner of a ticket's timer."""
    return f"{TIMER}{ticket.id}"


def cap_on(turn: Turn, scenario: str) -> EntryCap | None:
    """The cap in force: of all versions that contacts enter, the latest one's."""
    plan = turn.rulebook.in_force.get(scenario)
    return plan.cap if plan else None


def ask(turn: Turn, scenario: str, key: str, event: bytes, label: str) -> bool:
    """For leave to start a run, whose id is fixed here; False where entries are not capped."""
    cap, contact = cap_on(turn, scenario), turn.contact
    if cap is None:
        return False
    contact.entered += 1
    number = f"{contact.id}.{contact.entered}"
    ticket = Ticket(number, scenario, key, turn.now, event, label=label)
    contact.tickets = [*contact.tickets, ticket]
    turn.note("ticket_asked", scenario, ticket.id)
    put(turn, ticket, cap)
    return True


def ask_again(turn: Turn, ticket: Ticket, cap: EntryCap) -> None:
    """The leave it holds is of no use any more: it is given back, and another one asked for."""
    keep(turn, replace(ticket, since=0, until=0, most=0, per=""))
    put(turn, ticket, cap)


def put(turn: Turn, ticket: Ticket, cap: EntryCap) -> None:
    """The question to the quota."""
    told = (turn.rulebook.version, cap.most, cap.per, cap.then)
    back = (ticket.since, ticket.per)
    turn.effects.append(AskTicket(ticket.scenario, ticket.id, turn.now, *told, *back))


def ask_anew(turn: Turn) -> None:
    """What was not answered yet: the answer went to another contact, which this one was a part of."""
    for ticket in turn.contact.tickets:
        cap = cap_on(turn, ticket.scenario)
        if cap is not None and not ticket.until:
            put(turn, ticket, cap)


def give_back(turn: Turn, ticket: Ticket) -> None:
    if ticket.per:
        turn.effects.append(returned(ticket))


def returned(ticket: Ticket) -> AskTicket:
    """To the quota: somebody else may have this leave."""
    return AskTicket(
        ticket.scenario, ticket.id, 0, back=ticket.since, back_per=ticket.per, wants=False
    )


def keep(turn: Turn, ticket: Ticket) -> None:
    """As it is now."""
    held = turn.contact.tickets
    turn.contact.tickets = [ticket if one.id == ticket.id else one for one in held]


def remove(turn: Turn, ticket: Ticket) -> None:
    turn.contact.tickets = [one for one in turn.contact.tickets if one.id != ticket.id]
    turn.contact.timers.pop(timer_of(ticket), None)


def drop(turn: Turn, ticket: Ticket, why: str) -> None:
    """The contact does not enter, although it may have leave to."""
    remove(turn, ticket)
    give_back(turn, ticket)
    by_hand.missed(turn.contact, ticket, turn.now)
    turn.note("entry_refused", ticket.scenario, why)


def stop(turn: Turn, subject: str, why: str) -> None:
    """Give up waiting to enter this scenario, or for this run."""
    for ticket in turn.contact.tickets:
        if subject in (ticket.scenario, ticket.id):
            drop(turn, ticket, why)


def taken(contact: Contact) -> set[str]:
    """The entries that it has made, or waits to make."""
    waiting = {entry_of(ticket) for ticket in contact.tickets}
    return waiting | {entry_of(run) for run in contact.runs} | contact.entries.keys()


def join(turn: Turn, other: Contact) -> None:
    """A merge: what the other waits for the survivor waits for, unless it has entered or asked itself.

    What was not answered yet is asked for again: the answer to the other is given back by its host.
    """
    contact = turn.contact
    for ticket in other.tickets:
        if entry_of(ticket) in taken(contact):
            give_back(turn, ticket)
            turn.note("entry_refused", ticket.scenario, "merged")
            continue
        contact.tickets = [*contact.tickets, ticket]
        if timer_of(ticket) in other.timers:
            contact.timers[timer_of(ticket)] = other.timers[timer_of(ticket)]
        elif (cap := cap_on(turn, ticket.scenario)) is not None:
            put(turn, ticket, cap)
