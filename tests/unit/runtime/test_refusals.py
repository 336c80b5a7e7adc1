"""What was refused is kept with all that is needed to try it again, and is tried as who had sent it."""

from typing import Any

import msgspec

from engine.domain.event import PUBLIC, Event
from engine.domain.profile.attribute import MISFIT, Attribute
from engine.domain.rulebooks.definitions import encode
from engine.ports.engine import Refusal
from engine.rpc.items.intake import Intake
from engine.rpc.items.replaying import replay
from engine.rpc.items.surroundings import Shared
from engine.runtime.intake.refusals import as_item
from tests.small_engine import SmallEngine
from tests.unit.domain import builders as build
from tests.unit.runtime.conftest import Started

USER, DEVICE = "user_id:1", "anonymous_id:device-1"


def again(engine: SmallEngine, code: str) -> dict[str, int]:
    coordinator = engine.coordinator
    told = engine.run(replay(coordinator, Intake(coordinator), code))
    engine.run(engine.rest())
    return told


def listed(engine: SmallEngine) -> list[str]:
    return [row["code"] for row in engine.coordinator.refusals.listed(10)]


def attributes(engine: SmallEngine) -> dict[str, Any]:
    found = engine.run(engine.coordinator.reports.contact(USER, 0))
    assert found is not None
    return dict(found["attributes"])


def test_a_value_that_did_not_fit_goes_in_once_its_schema_has_changed(started: Started) -> None:
    engine = started(attributes=(Attribute(attribute="size", type="number"),))
    told = engine.event("Identify", USER, traits={"size": "XL", "city": "Lyon"})
    engine.run(engine.push(told))
    assert (listed(engine), attributes(engine)) == ([MISFIT], {"city": "Lyon"})
    assert again(engine, MISFIT) == {"accepted": 0, "duplicate": 0, "rejected": 1}
    mended = build.definitions(attributes=(Attribute(attribute="size", type="string"),))
    engine.run(engine.coordinator.rulebooks.apply(encode(mended), "ops"))
    assert again(engine, MISFIT) == {"accepted": 1, "duplicate": 0, "rejected": 0}
    assert (listed(engine), attributes(engine)) == ([], {"city": "Lyon", "size": "XL"})


def test_what_a_public_key_could_not_say_it_can_once_the_device_is_known(started: Started) -> None:
    engine = started()
    engine.run(engine.push(engine.event("Came", USER, DEVICE)))
    engine.run(engine.push(engine.event("Came", "user_id:2", "anonymous_id:device-2")))
    keys = (USER, "anonymous_id:device-2")
    engine.run(engine.push(engine.event("Ate", *keys, trust=PUBLIC, addressed=1)))
    assert listed(engine) == ["user_token_required"]
    assert again(engine, "user_token_required")["rejected"] == 1
    engine.run(engine.push(engine.event("Came", *keys)))
    engine.run(engine.rest())
    assert again(engine, "user_token_required")["accepted"] == 1
    assert listed(engine) == []


def test_what_no_door_can_read_stays_on_the_list_and_is_listed_once(started: Started) -> None:
    engine = started()
    bad = Refusal("bad_json", "no JSON", b"{", "m1")
    engine.run(engine.coordinator.push("site", [bad]))
    assert again(engine, "bad_json") == {"accepted": 0, "duplicate": 0, "rejected": 1}
    assert listed(engine) == ["bad_json"]


def test_an_event_written_as_an_item_is_read_as_the_same_event(started: Started) -> None:
    engine = started()
    intake = Intake(engine.coordinator)
    for kind, name, keys in (
        ("track", "Ate", ("user_id:1", "crm:7", "anonymous_id:d")),
        ("identify", "Identify", ("user_id:1", "email:ada@example.com")),
        ("alias", "Alias", ("user_id:1", "anonymous_id:old")),
    ):
        event = engine.event(name, *keys, kind=kind, properties={"a": [1]}, live=False)
        [read] = intake.json_items([as_item(event)], Shared("test", event.received))
        assert isinstance(read, Event)
        named = ("keys", "kind", "message_id", "at", "live", "trust", "fingerprint")
        assert [getattr(read, one) for one in named] == [getattr(event, one) for one in named]
        assert msgspec.json.decode(read.properties) == {"a": [1]}
