"""Lists: a contact joins and quits them by hand, by a file, or by a scenario's step.

A contact's lists are part of its state, each with when it joined. They change by an operator's act
(``join``, ``quit``), by a scenario's step, or by the track events ``List Joined`` and ``List Left``
with the property ``list``, which imports make; a public key changes none. What came last counts.
Each change is a fact and a moment (``joins``, ``quits``) that may start a scenario.

A merge puts the survivor on the lists of both, each since the earlier time. A list that is no longer
declared keeps who was on it, and shows them again when it is declared again.
"""

from typing import Any

import msgspec

from engine.domain.conditions.contact_list import list_of
from engine.domain.event import PUBLIC, Event
from engine.domain.fact import Fact
from engine.domain.intake.turn import Turn
from engine.domain.profile.contact import Contact

JOINED = "List Joined"
LEFT = "List Left"
CHANGES = (JOINED, LEFT)
LONGEST = 200
"""Characters of a name that are told."""


def join(turn: Turn, name: str, at: int | None = None, *, live: bool = True) -> None:
    """Put the contact on a list since ``at`` (ms, else now). Who is on it already stays since then."""
    contact = turn.contact
    if name in contact.lists or _unknown(turn, name):
        return
    contact.lists = contact.lists | {name: turn.at if at is None else at}
    turn.note("list_joined", name)
    _changed(turn, "joins", name, live=live)


def quit_(turn: Turn, name: str, *, live: bool = True) -> None:
    """Take the contact off a list; who is not on it stays as it is."""
    contact = turn.contact
    if name not in contact.lists:
        return
    contact.lists = {one: since for one, since in contact.lists.items() if one != name}
    turn.note("list_left", name)
    _changed(turn, "quits", name, live=live)


def wants_known(event: Event) -> bool:
    """Whether an event is for people somebody knows only: nobody is made of it."""
    if event.name != JOINED or not event.properties:
        return False
    told: dict[str, Any] = msgspec.json.decode(event.properties)
    return told.get("known") is True


def take_event(turn: Turn, event: Event) -> None:
    """``List Joined`` or ``List Left``; triggers react to it as to any event."""
    name = str(turn.properties_of(event).get("list") or "")
    if event.trust == PUBLIC:
        turn.note("list_refused", "", f"a public key changes no list: {name[:LONGEST]}")
        return
    live = event.live and event.at >= turn.now - turn.rulebook.max_age
    if event.name == JOINED:
        join(turn, name, event.at, live=live)
    else:
        quit_(turn, name, live=live)


def adopt(turn: Turn, other: Contact) -> None:
    """A merge: the survivor is on the lists of both. This triggers nothing."""
    contact = turn.contact
    for name in sorted(other.lists.keys() - contact.lists.keys()):
        turn.note("list_joined", name)
    both = dict(contact.lists)
    for name, since in other.lists.items():
        both[name] = min(since, both.get(name, since))
    contact.lists = both


def left(contact: Contact, now: int) -> list[Fact]:
    """What is to be told of a contact that is no more, so that a list's figures stay true."""
    return [Fact("list_left", name, now) for name in sorted(contact.lists)]


def part(turn: Turn, before: Contact, after: Contact) -> None:
    """What an unmerge takes and brings."""
    for name in sorted(before.lists.keys() - after.lists.keys()):
        turn.note("list_left", name)
    for name in sorted(after.lists.keys() - before.lists.keys()):
        turn.note("list_joined", name)


def _unknown(turn: Turn, name: str) -> bool:
    if name in turn.rulebook.lists:
        return False
    turn.note("list_refused", "", f"lists.yaml declares no list {name[:LONGEST]}")
    return True


def _changed(turn: Turn, kind: str, name: str, *, live: bool) -> None:
    turn.changed(list_of(name))
    if not turn.contact.trouble:
        turn.happened(kind, name, live=live and not turn.quiet)
