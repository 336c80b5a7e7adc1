"""Lists as ``lists.yaml`` declares them, and conditions on who is on one; ``listing`` puts contacts on them."""

from collections.abc import Iterable

from engine.domain.conditions.demand import NO, Answer, Demand, Predicate
from engine.domain.conditions.when import placed
from engine.domain.definition import Definition, Name
from engine.domain.language.condition import Condition, When, when_of
from engine.domain.profile.contact import Contact


class ContactList(Definition, frozen=True, kw_only=True):
    """A name to ask for, and what people call it."""

    list: Name
    title: str = ""


def list_of(name: str) -> str:
    """Stands for being on a list, among the names that conditions read."""
    return f"\0list/{name}"


def unknown_list(lists: Iterable[ContactList], name: str) -> str:
    """Why nobody can join it; "" for one that is declared."""
    known = sorted(one.list for one in lists)
    if name in known:
        return ""
    return f"lists.yaml declares no list {name}; known are {', '.join(known) or 'none'}"


def listed(condition: Condition, demand: Demand) -> Predicate:
    """Whether the contact is on the list; with words of time, whether it joined then."""
    name = str(condition.list)
    demand.attributes.add(list_of(name))
    when = placed(when_of(condition) or When(), demand)

    def holds(contact: Contact, now: int) -> Answer:
        since = contact.lists.get(name)
        return NO if since is None else when(since, since, None, contact, now)

    return holds
