"""Conditions on whether marketing may reach the contact: an address, and consent to the topic.

Suppressed addresses are the store's to know: they are refused when a message is about to leave.
"""

from engine.domain.channel import ADDRESSES
from engine.domain.conditions.demand import NO, YES, Answer, Demand, Predicate
from engine.domain.consents.permission import refusal
from engine.domain.language.condition import Condition
from engine.domain.profile.contact import Contact

REACH = "\0reach"
"""Stands for a contact's keys and consents, among the names that conditions read."""


def reachable(condition: Condition, demand: Demand) -> Predicate:
    """By a channel, about a topic or at all."""
    channel, topic = str(condition.reachable), condition.topic or ""
    demand.attributes.update((REACH, ADDRESSES[channel]))

    def holds(contact: Contact, now: int) -> Answer:  # noqa: ARG001 - one shape for all predicates
        return NO if refusal(contact, channel, topic, marketing=True) else YES

    return holds
