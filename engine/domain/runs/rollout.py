"""Roll-out: a new version of a scenario for a share of all contacts, the others get the former one.

Who belongs to the share is drawn by chance, and always the same: a share that grows keeps those it had.
"""

from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.rulebooks.scenario_plan import ScenarioPlan
from engine.domain.rulebooks.succession import in_share


def for_contact(rulebook: Rulebook, name: str, contact: Contact) -> ScenarioPlan | None:
    """The version that the contact enters; None when it enters none."""
    plan = rulebook.in_force.get(name)
    if plan is None or name not in rulebook.former:
        return plan
    return plan if in_share(plan.scenario, contact) else rulebook.former[name]
