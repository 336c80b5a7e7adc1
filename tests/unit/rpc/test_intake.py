"""What an item becomes, rule by rule."""

import json
from typing import Any

import msgspec
import pytest

from engine.domain.event import PUBLIC, SERVER, TOKEN, Event
from engine.ports.engine import Refusal
from engine.rpc import relance_pb2 as pb
from engine.rpc.items.intake import Intake
from engine.rpc.items.surroundings import Shared
from tests.unit.rpc.engine_in_memory import EngineInMemory

NOW = 1_800_000_000_000
engine = EngineInMemory(NOW)
TRACK = {"type": "track", "event": "Cart Viewed", "userId": "42"}


def judge(item: dict[str, Any] | bytes, **shared: Any) -> Event | Refusal:
    raw = item if isinstance(item, bytes) else json.dumps(item).encode()
    return Intake(engine).json_items([raw], Shared("site", NOW, **shared))[0]


def kept(item: dict[str, Any], **shared: Any) -> Event:
    event = judge(item, **shared)
    assert isinstance(event, Event), event
    return event


def code(item: dict[str, Any] | bytes, **shared: Any) -> str:
    refusal = judge(item, **shared)
    assert isinstance(refusal, Refusal), refusal
    assert refusal.reason
    return refusal.code


def test_keys_come_in_order_of_rank_whatever_the_order_sent() -> None:
    item = {
        "type": "identify",
        "anonymousId": "a1",
        "userId": "42",
        "traits": {"phone": "+33 6 12 34 56 78", "email": " Ada@Example.COM "},
        "context": {"externalIds": [{"type": "crm", "id": "0031t"}, {"type": "shop", "id": 7}]},
    }

    assert kept(item).keys == (
        "user_id:42",
        "crm:0031t",
        "shop:7",
        "email:ada@example.com",
        "phone:+33612345678",
        "anonymous_id:a1",
    )


@pytest.mark.parametrize("nobody", [None, "", "  ", "null", "undefined", "NaN"])
def test_a_user_id_that_names_nobody_is_absent(nobody: str | None) -> None:
    assert kept(TRACK | {"userId": nobody, "anonymousId": "a1"}).keys == ("anonymous_id:a1",)
    assert code(TRACK | {"userId": nobody}) == "no_user_anon_id"


@pytest.mark.parametrize(("given", "key"), [(42, "42"), (42.0, "42"), (10**30, str(10**30))])
def test_a_number_as_user_id_becomes_text(given: float, key: str) -> None:
    assert kept(TRACK | {"userId": given}).keys == (f"user_id:{key}",)


def test_a_trait_that_is_no_address_is_no_key() -> None:
    item = {"type": "identify", "userId": "42", "traits": {"email": "n/a", "phone": "none"}}

    assert kept(item).keys == ("user_id:42",)


@pytest.mark.parametrize(
    ("written", "kept_as"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("0033 6 12 34 56 78", "+33612345678"),
        ("+44 20 7946 0958", "+442079460958"),
        (612345678, "+33612345678"),
    ],
)
def test_a_phone_number_is_kept_with_its_country_as_key_and_as_trait(
    written: str | int, kept_as: str
) -> None:
    event = kept({"type": "identify", "userId": "42", "traits": {"phone": written, "n": 1}})

    assert event.keys == ("user_id:42", f"phone:{kept_as}")
    assert msgspec.json.decode(event.traits) == {"phone": kept_as, "n": 1}


@pytest.mark.parametrize("written", ["12", "n/a", "01 23 45 67 89 ext 7", True, ""])
def test_what_is_the_number_of_no_one_line_is_no_key_and_stays_as_written(
    written: str | bool,
) -> None:
    event = kept({"type": "identify", "userId": "42", "traits": {"phone": written}})

    assert event.keys == ("user_id:42",)
    assert msgspec.json.decode(event.traits) == {"phone": written}


def test_an_external_id_alone_names_a_contact_by_its_source() -> None:
    listed = {"context": {"externalIds": [{"type": "crm", "id": "0031"}]}}

    assert kept({"type": "track", "event": "Called", **listed}).keys == ("crm:0031",)
    assert kept(
        {"type": "track", "event": "Called", "externalIds": {"phone": "06 12 34 56 78"}}
    ).keys == ("phone:+33612345678",)


def test_traits_of_a_browser_that_puts_them_in_the_context_are_found() -> None:
    item = {"type": "identify", "userId": "42", "context": {"traits": {"email": "a@b.fr"}}}

    assert kept(item).traits == b'{"email":"a@b.fr"}'
    assert kept(item).keys == ("user_id:42", "email:a@b.fr")


def test_reserved_traits_are_stored_as_an_operator_writes_them() -> None:
    traits = {"firstName": "Ada", "lastName": "L", "last_name": "Lovelace", "createdAt": "2026"}
    item = {"type": "identify", "userId": "42", "traits": traits}

    stored = msgspec.json.decode(kept(item).traits)

    assert stored == {"first_name": "Ada", "last_name": "Lovelace", "created_at": "2026"}


def test_a_group_keeps_its_traits_away_from_the_contact() -> None:
    event = kept({"type": "group", "userId": "42", "groupId": 7, "traits": {"plan": "pro"}})

    assert (event.name, event.traits) == ("Group Joined", b"")
    assert msgspec.json.decode(event.properties) == {"group_id": "7", "traits": {"plan": "pro"}}


def test_an_alias_brings_the_former_id_as_a_device_and_none_when_it_is_the_same() -> None:
    alias = {"type": "alias", "userId": "42", "previousId": "a1"}

    assert kept(alias).keys == ("user_id:42", "anonymous_id:a1")
    assert kept(alias | {"previousId": "42"}).keys == ("user_id:42",)
    assert code(alias | {"previousId": None}) == "no_previous_id"


@pytest.mark.parametrize(
    ("kind", "name"),
    [("page", "Page Viewed"), ("screen", "Screen Viewed"), ("identify", "Identified")],
)
def test_an_event_without_a_name_of_its_own_gets_the_name_of_its_type(kind: str, name: str) -> None:
    assert kept({"type": kind, "userId": "42"}).name == name


def test_a_page_keeps_its_name_and_category_as_properties() -> None:
    page = {"type": "page", "userId": "42", "name": "Home", "properties": {"url": "/"}}

    assert msgspec.json.decode(kept(page).properties) == {"name": "Home", "url": "/"}


def test_a_former_name_of_a_shop_event_becomes_the_present_one() -> None:
    assert kept(TRACK | {"event": "Completed Order"}).name == "Order Completed"


def test_properties_and_context_are_stored_byte_for_byte() -> None:
    raw = b'{"type":"track","event":"X","userId":"1","properties":{"a": 1.10},"context":{"b" :[]}}'

    event = judge(raw)

    assert isinstance(event, Event)
    assert (event.properties, event.context) == (b'{"a": 1.10}', b'{"b" :[]}')


@pytest.mark.parametrize(
    ("integrations", "live"),
    [
        ({}, True),
        ({"All": True}, True),
        ({"All": False}, False),
        ({"All": False, "Relance": True}, True),
        ({"All": False, "relance": True}, False),
    ],
)
def test_automations_react_unless_the_sender_says_no(
    integrations: dict[str, bool], live: bool
) -> None:
    assert kept(TRACK | {"integrations": integrations}).live is live
    assert kept(TRACK, integrations=integrations).live is live


def test_the_item_wins_over_its_batch() -> None:
    event = kept(
        TRACK | {"context": {"locale": "fr"}},
        context={"locale": "en", "app": "shop"},
        sent_at="2026-01-01T00:00:01Z",
        timestamp="2026-01-01T00:00:00Z",
    )

    assert msgspec.json.decode(event.context) == {"locale": "fr", "app": "shop"}
    assert event.at == NOW - 1_000


def test_a_zone_is_taken_when_it_exists() -> None:
    assert kept(TRACK | {"context": {"timezone": "Europe/Paris"}}).zone == "Europe/Paris"
    assert kept(TRACK | {"context": {"timezone": "../etc/passwd"}}).zone == ""


def test_the_connection_is_the_contacts_only_when_a_device_sends() -> None:
    direct = TRACK | {"context": {"direct": True}}

    assert kept(TRACK, ip="192.0.2.1").context == b""
    assert msgspec.json.decode(kept(direct, ip="192.0.2.1").context)["ip"] == "192.0.2.1"
    seen = kept(TRACK | {"anonymousId": "a1"}, public=True, ip="192.0.2.1")
    assert msgspec.json.decode(seen.context) == {"ip": "192.0.2.1"}


def test_items_without_an_id_get_one_each_even_when_they_are_the_same() -> None:
    raw = json.dumps(TRACK).encode()

    first, second = Intake(engine).json_items([raw, raw], Shared("site", NOW))

    assert first.message_id != second.message_id
    assert first.message_id.startswith("relance-")


def test_a_public_key_is_routed_by_the_device() -> None:
    event = kept(TRACK | {"anonymousId": "a1"}, public=True)

    assert (event.trust, event.key) == (PUBLIC, "anonymous_id:a1")
    assert kept(TRACK).trust == SERVER


def test_a_public_key_without_a_device_needs_a_signed_user() -> None:
    good = {"context": {"userToken": engine.token("42")}}

    assert code(TRACK, public=True) == "anonymous_id_required"
    assert code(TRACK | {"context": {"userToken": "é"}}, public=True) == "anonymous_id_required"
    event = kept(TRACK | good, public=True)
    assert (event.trust, event.key) == (TOKEN, "user_id:42")


def test_a_user_token_is_not_stored() -> None:
    event = kept(TRACK | {"context": {"userToken": engine.token("42"), "a": 1}}, public=True)

    assert event.context == b'{"a":1}'


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (b"{", "bad_json"),
        (b"[]", "bad_item"),
        (b'"text"', "bad_item"),
        ({"userId": "1"}, "bad_type"),
        ({"type": "delete", "userId": "1"}, "bad_type"),
        ({"type": "track", "userId": "1"}, "no_event_name"),
        (TRACK | {"event": " "}, "no_event_name"),
        (TRACK | {"event": "x" * 201}, "bad_event_name"),
        (TRACK | {"event": 7}, "bad_item"),
        (TRACK | {"userId": True}, "bad_item"),
        (TRACK | {"userId": "x" * 501}, "id_too_long"),
        (TRACK | {"userId": "a\0"}, "bad_text"),
        (TRACK | {"messageId": "m" * 101}, "message_id_too_long"),
        (TRACK | {"properties": []}, "not_an_object"),
        (TRACK | {"context": "here"}, "not_an_object"),
        (TRACK | {"properties": {"a": ["b\0"]}}, "bad_text"),
        (TRACK | {"properties": {"a\0": 1}}, "bad_text"),
        (TRACK | {"properties": {"a": float("nan")}}, "bad_json"),
        (TRACK | {"properties": {"a": 2**64}}, "bad_number"),
        (TRACK | {"properties": {"a": "x" * 32_768}}, "event_too_large"),
        (TRACK | {"properties": {f"p{n}": 1 for n in range(10_000)}}, "event_too_large"),
        (TRACK | {"context": {"externalIds": {"crm": "1"}}}, "bad_external_id"),
        (TRACK | {"context": {"externalIds": [{"type": "a:b", "id": "1"}]}}, "bad_external_id"),
        (TRACK | {"externalIds": {f"k{n}": "1" for n in range(20)}}, "too_many_ids"),
        ({"type": "group", "userId": "1"}, "no_group_id"),
    ],
)
def test_an_item_that_cannot_be_kept_is_refused_with_its_reason(
    item: dict[str, Any] | bytes, expected: str
) -> None:
    assert code(item) == expected


def test_a_number_that_no_reader_can_hold_is_refused_with_its_path() -> None:
    item = b'{"type":"track","event":"X","userId":"1","properties":{"cart":[{"price":1e999}]}}'

    refusal = judge(item)

    assert isinstance(refusal, Refusal)
    assert refusal.code == "bad_number"
    assert "properties.cart.0.price" in refusal.reason
    assert refusal.body == item


@pytest.mark.parametrize("depth", [31, 32, 33, 500])
def test_nesting_is_bounded(depth: int) -> None:
    nested: Any = 1
    for _ in range(depth):
        nested = {"a": nested}

    refused = isinstance(judge(TRACK | {"properties": nested}), Refusal)

    assert refused is (depth > 32)


def test_grpc_and_http_make_the_same_event() -> None:
    instant = "2026-11-20T10:00:00Z"
    wire = pb.Event(
        type="track",
        event="Cart Viewed",
        user_id="42",
        message_id="m1",
        timestamp=instant,
        properties=b'{"a":1}',
        external_ids={"crm": "7"},
    )
    item = TRACK | {"messageId": "m1", "timestamp": instant, "externalIds": {"crm": "7"}}
    raw = msgspec.json.encode(item | {"properties": {"a": 1}})

    (event,) = Intake(engine).proto_items([wire], Shared("site", NOW))

    assert event == judge(raw)


def test_a_refused_grpc_item_is_kept_in_the_shape_of_json() -> None:
    wire = pb.Event(type="track", user_id="42", message_id="m1", properties=b"{\xff")

    (refusal,) = Intake(engine).proto_items([wire], Shared("site", NOW))

    assert isinstance(refusal, Refusal)
    assert refusal.code == "bad_json"
    kept_body = json.loads(refusal.body)
    assert kept_body == {
        "type": "track",
        "userId": "42",
        "messageId": "m1",
        "properties": "{\ufffd",
    }
