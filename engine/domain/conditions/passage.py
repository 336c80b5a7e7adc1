"""Conditions on a scenario: whether the contact is inside, has been, or never entered it."""

from engine.domain.conditions.demand import NO, YES, Answer, Demand, Predicate
from engine.domain.language.condition import Condition
from engine.domain.profile.contact import Contact

INSIDE = "inside"
FINISHED = "finished"
NEVER = "never_entered"
STATES = (INSIDE, FINISHED, NEVER)


def passage_of(scenario: str) -> str:
    """Stands for a contact's passage through it, among the names that conditions read."""
    return f"\0scenario/{scenario}"


def passing(condition: Condition, demand: Demand) -> Predicate:
    """``is`` names one of STATES."""
    name, wanted = str(condition.scenario), condition.is_
    demand.attributes.add(passage_of(name))

    def holds(contact: Contact, now: int) -> Answer:  # noqa: ARG001 - one shape for all predicates
        return YES if state_of(contact, name) == wanted else NO

    return holds


def state_of(contact: Contact, scenario: str) -> str:
    """``finished``: it was inside and is no more, whyever it left."""
    if any(run.scenario == scenario for run in contact.runs):
        return INSIDE
    return FINISHED if scenario in contact.entries else NEVER
