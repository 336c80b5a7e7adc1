"""CloudEvents over HTTP, in their three modes, over real sockets."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory

PATH = "/v1/cloudevents"
EVENT = {
    "specversion": "1.0",
    "id": "A-1",
    "source": "/billing",
    "type": "org.example.invoice.paid",
    "subject": "42",
    "time": "2020-01-01T00:00:00Z",
    "data": {"total": 12.5},
}
STRUCTURED = {"Content-Type": "application/cloudevents+json; charset=UTF-8"}
BATCHED = {"Content-Type": "application/cloudevents-batch+json"}


@pytest.fixture
def engine() -> EngineInMemory:
    return EngineInMemory()


@pytest.fixture
async def http(engine: EngineInMemory) -> AsyncIterator[httpx.AsyncClient]:
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    _, address = await doors.start()
    async with httpx.AsyncClient(base_url=f"http://{address}", auth=("server", "")) as client:
        yield client
    await doors.stop(1)


async def structured(http: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    return await http.post(PATH, content=json.dumps(EVENT | changed), headers=STRUCTURED)


async def test_a_structured_event_of_any_type_is_a_track_of_that_name(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    answer = await structured(http, traceparent="00-af-b7-01")

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    (event,) = engine.events.values()
    assert (event.name, event.keys) == ("org.example.invoice.paid", ("user_id:42",))
    assert (event.message_id, event.at) == ("/billing#A-1", 1_577_836_800_000)
    assert json.loads(event.properties) == {"total": 12.5}
    told = json.loads(event.context)["cloudevent"]
    assert (told["source"], told["traceparent"]) == ("/billing", "00-af-b7-01")


async def test_a_binary_event_says_the_same_in_headers(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    headers = {f"ce-{name}": value for name, value in EVENT.items() if isinstance(value, str)}
    headers |= {"ce-subject": "Zo%C3%AB", "Content-Type": "application/json"}

    answer = await http.post(PATH, content='{"total": 12.5}', headers=headers)

    assert answer.json() == {"success": True}
    (event,) = engine.events.values()
    assert (event.name, event.keys) == ("org.example.invoice.paid", ("user_id:Zoë",))
    assert event.message_id == "/billing#A-1"
    assert json.loads(event.properties) == {"total": 12.5}


async def test_a_bad_event_of_a_batch_costs_only_itself(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    batch = [EVENT, EVENT | {"id": ""}, EVENT | {"id": "A-2", "specversion": "0.3"}, EVENT]

    answer = await http.post(PATH, content=json.dumps(batch), headers=BATCHED)

    assert answer.status_code == 200
    told = [(item["index"], item["code"]) for item in answer.json()["rejected"]]
    assert told == [(1, "bad_cloudevent"), (2, "bad_cloudevent")]
    assert len(engine.events) == 1
    assert len(engine.refused) == 2


async def test_our_own_types_carry_a_segment_shaped_item(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    data = {"traits": {"email": "ada@example.com"}, "context": {"locale": "fr"}}

    await structured(http, type="com.relance.identify", data=data)

    (event,) = engine.events.values()
    assert (event.kind, event.keys) == ("identify", ("user_id:42", "email:ada@example.com"))
    assert json.loads(event.context)["locale"] == "fr"


async def test_the_same_id_of_two_sources_is_two_events(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    long = "https://example.com/" + "x" * 200
    for source in ("/a", "/b", "/b", long, long):
        assert (await structured(http, source=source)).status_code == 200

    assert len(engine.events) == 3


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"specversion": "0.3"}, "bad_cloudevent"),
        ({"type": ""}, "bad_cloudevent"),
        ({"id": 7}, "bad_item"),
        ({"data": [1]}, "not_an_object"),
        ({"data_base64": "AAAA"}, "bad_data"),
        ({"subject": None}, "no_user_anon_id"),
    ],
)
async def test_whoever_sends_one_event_is_told_by_the_status(
    engine: EngineInMemory, http: httpx.AsyncClient, changed: dict[str, Any], code: str
) -> None:
    answer = await structured(http, **changed)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert [refusal.code for refusal in engine.refused] == [code]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("application/json", "no_cloudevent"),
        ("application/cloudevents+avro", "bad_format"),
        ("application/cloudevents-batch+json", "bad_batch"),
    ],
)
async def test_what_is_no_cloud_event_is_told(
    http: httpx.AsyncClient, kind: str, code: str
) -> None:
    answer = await http.post(PATH, content=json.dumps(EVENT), headers={"Content-Type": kind})

    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_public_key_needs_the_anonymous_id(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    content = json.dumps(EVENT | {"anonymousid": "a1"})

    answer = await http.post(PATH, content=content, headers=STRUCTURED, auth=("public", ""))

    assert answer.status_code == 200
    (event,) = engine.events.values()
    assert event.keys == ("user_id:42", "anonymous_id:a1")
