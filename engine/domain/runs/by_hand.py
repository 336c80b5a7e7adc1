"""Starting by hand: an operator or a service lets contacts enter a scenario.

A start of many contacts has a label, and reaches each of them once, however often it is begun again.
``starts`` of a contact tells by ``scenario/label`` since when; negative when it had waited to enter and
did not after all: then the start may reach it again.
"""

import msgspec

from engine.domain.intake.turn import Happened, Turn
from engine.domain.message import Act
from engine.domain.profile.contact import Contact, Ticket
from engine.domain.runs.entry import key_of, refusal
from engine.domain.runs.rollout import for_contact
from engine.domain.runs.starting import START

KEPT = 10
"""Starts that a contact remembers, the latest."""
BEFORE = "before"
PARKED = "parked"


def act(turn: Turn, asked: Act) -> None:
    """The moment that may start a run."""
    if asked.label and turn.contact.starts.get(mark(asked.subject, asked.label), 0) > 0:
        turn.note("start_refused", asked.subject, BEFORE)
        return
    if turn.contact.trouble:
        turn.note("start_refused", asked.subject, PARKED)
        return
    given = properties(asked)
    turn.queue(START, asked.subject, live=True, properties=given, label=asked.label)


def properties(asked: Act) -> bytes:
    return msgspec.json.encode(asked.value) if asked.value else b""


def forecast(turn: Turn, asked: Act) -> str:
    """Why the contact would not enter, "" if it would; nothing is done."""
    name, contact = asked.subject, turn.contact
    if asked.label and contact.starts.get(mark(name, asked.label), 0) > 0:
        return BEFORE
    if contact.trouble:
        return PARKED
    plan = for_contact(turn.rulebook, name, contact)
    if plan is None:
        return "rollout"
    moment = Happened(START, name, turn.now, 0, properties=properties(asked))
    return refusal(turn, plan, key_of(turn, plan.scenario, moment))


def mark(scenario: str, label: str) -> str:
    return f"{scenario}/{label}"


def reached(turn: Turn, scenario: str, label: str) -> None:
    """The start has let the contact in, or in line."""
    if label:
        starts = turn.contact.starts | {mark(scenario, label): turn.now}
        turn.contact.starts = _latest(starts)


def missed(contact: Contact, ticket: Ticket, now: int) -> None:
    """The contact had waited to enter, and did not."""
    if ticket.label:
        contact.starts = contact.starts | {mark(ticket.scenario, ticket.label): -now}


def join(contact: Contact, other: Contact) -> None:
    """A merge: what has reached one of both has reached both."""
    if other.starts:
        both = {*contact.starts, *other.starts}
        later = {
            one: max(contact.starts.get(one, 0), other.starts.get(one, 0))
            or min(contact.starts.get(one, 0), other.starts.get(one, 0))
            for one in sorted(both)
        }
        contact.starts = _latest(later)


def _latest(starts: dict[str, int]) -> dict[str, int]:
    kept = sorted(starts, key=lambda one: (abs(starts[one]), one))[-KEPT:]
    return {one: starts[one] for one in starts if one in kept}
