"""Who may enter a scenario, how often, and for which key: ``key: cart_id`` is one run for each cart."""

from typing import Any

import msgspec

from engine.domain.duration import milliseconds
from engine.domain.intake.turn import Happened, Turn
from engine.domain.language.receipt import NAMES
from engine.domain.language.scenario import Reentry, Scenario
from engine.domain.path import value_at
from engine.domain.profile.contact import Contact, Run, Ticket
from engine.domain.rulebooks.scenario_plan import ScenarioPlan

TOLD = frozenset({"no_key", "too_many", "filter", "pending"})
"""Reasons that are a fact; the others are in the contact's state."""
AT_ONCE = 10
"""Runs of one keyed scenario that a contact may be in at a time."""
WORDS = {
    "paused": "it is paused",
    "no_key": "nothing names the key that it keeps runs apart by",
    "inside": "the contact is in it already",
    "asked": "the contact waits to enter it already",
    "before": "this start has let it in already",
    "parked": "the contact is parked: definitions cause one another without end",
    "too_many": f"the contact is in it {AT_ONCE} times",
    "reentry": "the contact was in it, and its `reentry` does not let it in again now",
    "filter": "its `if` does not fit the contact",
    "pending": "what its `if` asks is still being counted",
    "rollout": "no version of it is rolled out to the contact",
    "exit": "its goal was reached, or an exit came, while the contact waited to enter",
    "stopped": "another scenario stopped it while the contact waited to enter",
    "operator": "an operator took the contact out while it waited to enter",
    "merged": "the contact that took over is in it, was, or waits to enter itself",
    "unknown": "there is none by that name",
}
"""Each reason, as people are told it."""
KEYS = 20
"""Keys of one scenario that a contact remembers having entered for, the latest."""
LONGEST = 100
"""Characters of a key."""


def entry_of(run: Run | Ticket) -> str:
    """What of a contact's entries is this run's: its scenario, and its key where it has one."""
    return entry_for(run.scenario, run.key)


def entry_for(scenario: str, key: str) -> str:
    return f"{scenario}\0{key}" if key else scenario


def key_in(path: str, properties: dict[str, Any]) -> str:
    """The key that an event names, as text; "" for none: a text or a whole number is one."""
    value = value_at(properties, path.split("."))
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    return text if len(text) <= LONGEST else ""


def key_of(turn: Turn, scenario: Scenario, moment: Happened) -> str:
    """The key of the run that a moment would start."""
    if scenario.key is None:
        return ""
    if moment.event is not None:
        return key_in(scenario.key, turn.properties_of(moment.event))
    told = msgspec.json.decode(moment.properties) if moment.properties else {}
    return key_in(scenario.key, told)


def refusal(turn: Turn, plan: ScenarioPlan, key: str) -> str:
    """Why the contact may not enter now, "" when it may."""
    name, contact, scenario = plan.name, turn.contact, plan.scenario
    if name in turn.rulebook.paused:
        return "paused"
    if scenario.key is not None and not key:
        return "no_key"
    there = _there(contact, name, key)
    if there:
        return there
    if not _again(scenario, contact.entries.get(entry_for(name, key)), turn.now):
        return "reentry"
    return _filtered(turn, plan)


def _there(contact: Contact, name: str, key: str) -> str:
    """Whether it is in the scenario already, or has asked to be."""
    inside = [run for run in contact.runs if run.scenario == name]
    if any(run.key == key for run in inside):
        return "inside"
    asking = [ticket for ticket in contact.tickets if ticket.scenario == name]
    if any(ticket.key == key for ticket in asking):
        return "asked"
    return "too_many" if len(inside) + len(asking) >= AT_ONCE else ""


def _filtered(turn: Turn, plan: ScenarioPlan) -> str:
    """Whom the filter does not fit; as long as nobody knows, nobody enters."""
    fits = plan.lets_in(turn.contact, turn.now)[0] if plan.lets_in is not None else True
    if fits:
        return ""
    return "pending" if fits is None else "filter"


def _again(scenario: Scenario, last: int | None, now: int) -> bool:
    if last is None or scenario.reentry == "always":
        return True
    if isinstance(scenario.reentry, Reentry):
        return now - last >= milliseconds(scenario.reentry.once_per)
    return False


def remember(contact: Contact, scenario: str, key: str, now: int) -> None:
    """That it entered; of many keys the oldest are forgotten."""
    contact.entries[scenario] = now
    if not key:
        return
    contact.entries[entry_for(scenario, key)] = now
    mark = f"{scenario}\0"
    keyed = [name for name in contact.entries if name.startswith(mark)]
    for name in sorted(keyed, key=lambda one: (contact.entries[one], one))[:-KEYS]:
        del contact.entries[name]


def concerns(turn: Turn, scenario: Scenario, run: Run | Ticket, moment: Happened) -> bool:
    """Whether a moment is about this run: a run with a key hears only of events that name the same.

    Of what becomes of messages it hears as far as it sent them.
    """
    if not run.key or scenario.key is None or moment.event is None:
        return True
    if moment.name in NAMES:
        message = str(turn.properties_of(moment.event).get("message"))
        return message.partition("/")[0] == run.id
    return key_in(scenario.key, turn.properties_of(moment.event)) == run.key
