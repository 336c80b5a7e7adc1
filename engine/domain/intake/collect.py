"""What a step does to the collections: events fill them, a merge joins them, a rebuild replaces them."""

from collections.abc import Container, Iterable, Sequence
from typing import Any

from engine.domain.event import Event
from engine.domain.intake.turn import Turn
from engine.domain.profile.collection import Collection, Verb, filled, join
from engine.domain.profile.contact import Contact
from engine.domain.profile.shelf import Shelf, items_of, put_back, shelf_of, summary

UNNAMED = "unnamed"
"""An event that should name an item of a collection, and names none."""


def collect(turn: Turn, event: Event) -> None:
    """Fill the collections that this event touches."""
    touched = turn.rulebook.event(event.name).collections
    if touched:
        fill(turn, event, touched)


def fill(turn: Turn, event: Event, touched: Iterable[tuple[Collection, Verb]]) -> None:
    """Fill these, as far as they are touched."""
    shelf, changed = shelf_of(turn.contact), []
    for plan, verb in touched:
        name, items = plan.collection, shelf.get(plan.collection, [])
        done = filled(plan, verb, items, turn.properties_of(event), event.at)
        if done.items != items:
            shelf[name] = done.items
            changed.append(plan)
        if not done.named:
            turn.note(UNNAMED, name)
    _keep(turn, shelf, changed)


def join_collections(turn: Turn, other: Contact, asked: Sequence[Collection]) -> None:
    """The collections of both, those that are asked for; see ``collection.join``."""
    if not other.collections:
        return
    mine, theirs = shelf_of(turn.contact), shelf_of(other)
    plans = [plan for plan in asked if plan.collection in theirs]
    for plan in plans:
        name = plan.collection
        mine[name] = join(plan, mine.get(name, []), theirs[name])
    _keep(turn, mine, plans)


def take_collection(contact: Contact, made: Contact, name: str) -> None:
    """Let a contact hold of one collection exactly what ``made`` holds. Raises Absent."""
    shelf = shelf_of(contact)
    shelf[name] = items_of(made, name)
    put_back(contact, shelf)
    if name in made.collections:
        contact.collections[name] = made.collections[name]
    else:
        contact.collections.pop(name, None)


def drop_removed(contact: Contact, asked: Container[str]) -> None:
    """What the rulebook defines no more is held no more. Raises Absent."""
    for name in [name for name in contact.collections if name not in asked]:
        take_collection(contact, Contact(contact.id), name)


def collected(contact: Contact, paths: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """What a template names of the collections: ``cart.items``, ``cart.total``. Raises Absent."""
    chosen: dict[str, dict[str, Any]] = {}
    for name, _, rest in (path.partition(".") for path in paths):
        if name not in contact.collections:
            continue
        part = rest.partition(".")[0]
        if part in ("items", "last"):
            items = items_of(contact, name)
            value: Any = items if part == "items" else items[-1] if items else None
        else:
            value = _short(getattr(contact.collections[name], part))
        chosen.setdefault(name, {})[part] = value
    return chosen


def _short(figure: float) -> int | float:
    """A whole number as such: 2 pieces, not 2.0."""
    return int(figure) if figure == int(figure) else figure


def _keep(turn: Turn, shelf: Shelf, changed: list[Collection]) -> None:
    """Put the shelf back, and ask again who asks about what changed."""
    if not changed:
        return
    contact = turn.contact
    for plan in changed:
        name = plan.collection
        contact.collections[name] = summary(shelf.get(name, []), plan.worth)
        turn.collected(name)
    put_back(contact, shelf)
