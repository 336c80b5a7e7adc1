"""Roll-out: a new version of a scenario for a share of all contacts, the others get the former one.

Who belongs to the share is drawn by chance, and always the same: a share that grows keeps those it had.
"""

from engine.domain.conditions.lot import number_in
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.rulebooks.succession import lot_of


def for_contact(rulebook: Rulebook, name: str, contact: Contact) -> ScenarioPlan | None:
    """The version that the contact enters; None when it enters none."""
    plan = rulebook.in_force.get(name)
    if plan is None or name not in rulebook.former:
        return plan
    inside = number_in(lot_of(plan.scenario), contact) < plan.scenario.share
    return plan if inside else rulebook.former[name]
