"""Attributes: which traits count, by who sent them."""

from typing import Any

import msgspec
import pytest

from engine.domain.event import PUBLIC, TOKEN
from engine.domain.message import Act
from engine.domain.profile.attribute import MISFIT, Attribute, misfit, undeclared
from tests.unit.domain.builders import Life, event, life


def known(**attributes: Any) -> Life:
    ada = life()
    ada.tells(**attributes)
    return ada


def told(one: Life, trust: int, keys: tuple[str, ...] = ("user_id:1",), **traits: Any) -> Any:
    one.take(event("Identify", one.now, keys=keys, traits=traits, trust=trust))
    return one.contact.attributes


@pytest.mark.parametrize("trust", [TOKEN, 2])
def test_a_server_and_a_signed_token_change_everything(trust: int) -> None:
    ada = known(email="a@b.c", plan="free")
    after = told(ada, trust, email="x@y.z", plan=None, consent_email=True)
    assert after == {"email": "x@y.z", "consent_email": True}


def test_a_public_key_adds_to_a_known_contact_what_nobody_knew() -> None:
    ada = known(plan="free")
    traits = {"plan": "gold", "city": "Lyon", "email": "x@y.z", "phone": "1", "consent_sms": True}
    assert told(ada, PUBLIC, **traits) == {"plan": "free", "city": "Lyon"}


def test_a_public_key_tells_all_but_consent_of_an_anonymous_contact() -> None:
    guest, device = life(), ("anonymous_id:d",)
    told(guest, PUBLIC, device, email="a@b.c", plan="free", consent_email=True)
    assert told(guest, PUBLIC, device, plan="gold") == {"email": "a@b.c", "plan": "gold"}


def test_a_trait_that_is_null_removes_the_attribute_and_is_told_once() -> None:
    ada = known(plan="free")
    ada.tells(plan=None)
    ada.tells(plan=None)
    assert ada.contact.attributes == {}
    assert ada.subjects("changed") == ["plan", "plan"]


def test_a_trait_that_says_nothing_new_is_no_change() -> None:
    ada = known(plan="free", tags=["a", {"b": 1}])
    assert ada.tells(plan="free", tags=["a", {"b": 1}]).facts == []


def test_traits_of_a_track_event_are_none_of_the_contacts() -> None:
    ada = life()
    ada.does("Ate", properties={"plan": "gold"})
    assert ada.contact.attributes == {}


DECLARED = {
    "string": "text", "number": 1.5, "bool": True, "list": [1], "object": {"a": 1},
    "date": "2024-02-29", "datetime": "2026-03-29T02:30:00+01:00", "choice": "gold",
}  # fmt: skip


def declared(kind: str) -> Attribute:
    choices = ("gold", "silver") if kind == "choice" else None
    return msgspec.convert({"attribute": "x", "type": kind, "choices": choices}, Attribute)


@pytest.mark.parametrize("kind", DECLARED)
def test_a_type_takes_its_own_values_and_nothing_of_the_other_kinds(kind: str) -> None:
    like_text = {"string", "date", "datetime", "choice"}
    fitting = like_text if kind == "string" else {kind}
    taken = {name for name, value in DECLARED.items() if not misfit(declared(kind), value)}
    assert taken == fitting
    assert misfit(declared(kind), None) == ""


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("date", "2023-02-29"), ("date", "20240229"), ("date", "2024-W01-1"), ("date", "29/02/2024"),
        ("datetime", "2026-03-29T02:30:00"), ("datetime", "2026-03-29"), ("datetime", "2026-13-29T02:30:00Z"),
        ("number", True), ("choice", "bronze"), ("choice", 1), ("bool", "true"),
    ],
)  # fmt: skip
def test_what_only_looks_like_the_type_is_refused_with_the_value(kind: str, value: Any) -> None:
    why = misfit(declared(kind), value)
    assert why.startswith("x takes ")
    assert why.endswith(f"not {msgspec.json.encode(value).decode()}")


def test_a_misfit_leaves_what_was_known_and_the_other_traits_count() -> None:
    ada = life(attributes=(declared("choice"),))
    ada.tells(x="gold", city="Lyon")
    ada.tells(x="bronze", city="Nice")
    assert ada.contact.attributes == {"x": "gold", "city": "Nice"}
    assert ada.subjects(MISFIT) == ["x"]


def test_each_change_is_kept_with_the_value_and_who_set_it() -> None:
    ada = known(plan="free")
    ada.take(Act("olga", "set", "plan", "gold"))
    assert [fact.detail for fact in ada.facts if fact.what == "changed"] == [
        ["free", "test"],
        ["gold", "olga"],
    ]


def test_only_a_schema_makes_other_attributes_undeclared() -> None:
    assert undeclared({"x": 1, "y": 2}, {"x": declared("number")}) == ["y"]
    assert undeclared({"x": 1, "y": 2}, {}) == []
