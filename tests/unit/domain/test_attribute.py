"""Attributes: which traits count, by who sent them."""

from typing import Any

import pytest

from engine.domain.event import PUBLIC, TOKEN
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
