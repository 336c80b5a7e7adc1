"""Assignment: the same contact has the same owner, shares follow weights, who is away gets nobody."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.conditions.assignment import owner_of
from engine.domain.language.team import Handoff, Owner, Team
from engine.domain.profile.contact import Contact
from tests.unit.domain.builders import NOON, condition, rulebook

HOT = Handoff(handoff="hot", alert="hello")


def owner(name: str, **rest: Any) -> Owner:
    return Owner(owner=name, name=name.title(), email=f"{name}@sales.example", **rest)


def assigned(contact: Contact, *owners: Owner, before: str = "", **rest: Any) -> str:
    plan = rulebook(team=Team(owners=owners, handoffs=(HOT,), **rest)).team
    return owner_of(plan, plan.handoffs["hot"], contact, before, NOON)


def test_shares_follow_the_weights() -> None:
    owners = (owner("ann", weight=3), owner("bob", weight=1))
    plan = rulebook(team=Team(owners=owners, handoffs=(HOT,))).team
    drawn = Counter(owner_of(plan, HOT, Contact(n << 16), "", NOON) for n in range(4_000))
    assert abs(drawn["ann"] - 3_000) < 150


@given(st.integers(1, 1 << 40), st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_who_joins_takes_contacts_over_and_moves_none_between_the_others(
    contact: int, weights: list[int]
) -> None:
    owners = [owner(f"o{n}", weight=weight) for n, weight in enumerate(weights)]
    before = assigned(Contact(contact), *owners)
    assert before == assigned(Contact(contact), *reversed(owners))
    assert assigned(Contact(contact), *owners, owner("late", weight=2)) in (before, "late")


def test_a_territory_goes_before_the_shares_and_who_is_away_gets_nobody() -> None:
    home = condition(attribute="country", is_="GB")
    emma, ann = owner("emma", when=home), owner("ann")
    brit, other = Contact(1, attributes={"country": "GB"}), Contact(1)
    assert (assigned(brit, emma, ann), assigned(other, emma, ann)) == ("emma", "ann")
    away = owner("emma", when=home, active=False)
    assert (assigned(brit, away, ann), assigned(other, emma, default="emma")) == ("ann", "emma")


def test_contacts_of_a_company_have_one_owner_and_keep_whom_they_had() -> None:
    owners = [owner(f"o{n}") for n in range(5)]
    acme = {assigned(Contact(n << 16, companies=["acme"]), *owners) for n in range(20)}
    assert len(acme) == 1
    assert assigned(Contact(7), *owners, before="o3") == "o3"
    gone = [*owners[:3], owner("o3", active=False)]
    assert assigned(Contact(7), *gone, before="o3") != "o3"
