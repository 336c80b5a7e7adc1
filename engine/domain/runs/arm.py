"""Arms: one of several ways drawn by chance for a contact, by weight, once and for good."""

from collections.abc import Mapping

from engine.domain.conditions.lot import number_in
from engine.domain.intake.turn import Turn
from engine.domain.profile.contact import Contact

ALL = 100


def draw(turn: Turn, purpose: str, weights: Mapping[str, float]) -> str:
    """The arm drawn before, as long as it has a weight; else a new one, which is kept."""
    held = turn.contact.arms.get(purpose)
    if held and weights.get(held[0], 0) > 0:
        return held[0]
    arm = drawn(number_in(purpose, turn.contact), weights)
    turn.contact.arms = turn.contact.arms | {purpose: (arm, turn.now)}
    return arm


def drawn(number: float, weights: Mapping[str, float]) -> str:
    """The arm that a number from 0 to below 100 falls to, shares in the order they are written."""
    bound, whole = 0.0, sum(weights.values())
    some = [arm for arm, weight in weights.items() if weight > 0]
    for arm in some:
        bound += weights[arm]
        if number * whole < bound * ALL:
            return arm
    return some[-1]


def join(contact: Contact, other: Contact) -> None:
    """After a merge: of two draws for one purpose the older counts."""
    for purpose, theirs in other.arms.items():
        mine = contact.arms.get(purpose)
        if mine is None or theirs[1] < mine[1]:
            contact.arms = contact.arms | {purpose: theirs}
