"""Endpoints that are told what happens: when, what, and once."""

from typing import Any

import msgspec

from engine.domain.effect import contact_of
from engine.domain.language.endpoint import Endpoint, line_of
from engine.domain.message import Receipt
from tests.unit.domain.builders import NOON, Life, life, segment


def endpoint(*on: dict[str, Any], **rest: Any) -> Endpoint:
    plain = {"webhook": "crm", "url": "https://crm.example/", "on": on, **rest}
    return msgspec.convert(plain, Endpoint)


def told(one: Life) -> list[tuple[str, dict[str, Any]]]:
    return [(send.variables["type"], send.variables["data"]) for send in one.sends]


def test_an_endpoint_hears_what_it_asked_for_and_nothing_else() -> None:
    book = {"webhooks": (endpoint({"event": "Ate", "where": {"what": "pear"}}),)}
    ada = life(**book)
    ada.does("Ate", properties={"what": "plum"})
    ada.does("Slept")
    assert ada.sends == []
    ada.does("Ate", properties={"what": "pear"})
    ((kind, data),) = told(ada)
    assert (kind, data["name"], data["properties"]) == ("event", "Ate", {"what": "pear"})
    assert (data["contact"], data["at"]) == (ada.contact.id, "2023-11-15T12:00:00.000Z")


def test_a_segment_is_told_when_it_is_entered_and_left_at_its_very_instant() -> None:
    both = endpoint({"enters": "s"}, {"leaves": "s"}, attributes=["plan.name"])
    ada = life(segment("s", did="Ate", within="1h"), webhooks=(both,))
    ada.tells(plan={"name": "gold"})
    ada.does("Ate")
    ada.passes("2h")
    assert [kind for kind, _ in told(ada)] == ["segment.entered", "segment.left"]
    assert told(ada)[0][1]["attributes"] == {"plan.name": "gold"}
    assert ada.sends[1].at == NOON + 3_600_000


def test_two_moments_that_are_one_are_told_once_and_each_has_a_key_of_its_own() -> None:
    book = {"webhooks": (endpoint({"event": "Ate"}, {"event": "Ate", "where": {"n": 1}}),)}
    ada = life(**book)
    for _ in range(2):
        ada.does("Ate", properties={"n": 1})
    keys = [send.key for send in ada.sends]
    assert len(set(keys)) == 2
    assert [line_of(key) for key in keys] == [("crm", 1), ("crm", 2)]
    assert {contact_of(key) for key in keys} == {ada.contact.id}
    assert {send.channel for send in ada.sends} == {"webhook/crm"}


def test_what_is_imported_or_old_is_told_to_nobody() -> None:
    ada = life(webhooks=(endpoint({"event": "Ate"}),))
    ada.does("Ate", live=False)
    ada.does("Ate", ago="3d")
    assert ada.sends == []


def test_a_click_is_told_and_the_webhook_itself_is_no_message() -> None:
    ada = life(webhooks=(endpoint({"message": "clicked"}, {"message": "sent"}),))
    ada.take(Receipt("1.1/mail/1", "clicked", "s/mail", "email", template="t"))
    assert told(ada)[0][1]["properties"]["template"] == "t"
    ada.take(Receipt(ada.sends[0].key, "sent", "webhook", "webhook/crm"))
    assert len(ada.sends) == 1


def test_an_attribute_that_changes_is_told_with_both_values() -> None:
    ada = life(webhooks=(endpoint({"changes": "plan", "to": "gold"}),))
    ada.tells(plan="free")
    ada.tells(plan="gold")
    ((kind, data),) = told(ada)
    assert (kind, data["name"]) == ("attribute.changed", "plan")
    assert data["properties"] == {"attribute": "plan", "from": "free", "to": "gold"}
