"""What browsers and mobile SDKs ask the HTTP door for, beside the tracking calls."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory

TRACK = {"type": "track", "event": "Cart Viewed", "anonymousId": "a1", "messageId": "m1"}
ORIGIN = {"Origin": "https://shop.example"}


@pytest.fixture
def engine() -> EngineInMemory:
    return EngineInMemory()


@pytest.fixture
async def http(engine: EngineInMemory) -> AsyncIterator[httpx.AsyncClient]:
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    _, address = await doors.start()
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        yield client
    await doors.stop(1)


async def test_the_browser_library_is_told_to_send_here_and_nowhere_else(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/v1/projects/public/settings", headers=ORIGIN)

    (ours,) = answer.json()["integrations"].values()
    here = f"{http.base_url.netloc.decode()}/v1"
    assert ours == {"apiKey": "public", "apiHost": here, "protocol": "http"}
    assert answer.json()["metrics"] == {"sampleRate": 0}
    assert "max-age=300" in answer.headers["cache-control"]
    assert answer.headers["access-control-allow-origin"] == ORIGIN["Origin"]


@pytest.mark.parametrize("path", ["/sourceConfig", "/sourceConfig/?p=npm&v=3.34.1&build=modern"])
async def test_rudderstacks_library_finds_an_enabled_source(
    http: httpx.AsyncClient, path: str
) -> None:
    answer = await http.get(path, auth=("public", ""), headers=ORIGIN)

    source = answer.json()["source"]
    assert (source["writeKey"], source["enabled"], source["destinations"]) == ("public", True, [])
    assert answer.json()["updatedAt"].startswith("2027-01-15")
    by_query = await http.get("/sourceConfig/", params={"writeKey": "public"})
    assert by_query.json() == answer.json()


@pytest.mark.parametrize("path", ["/v1/projects/wrong/settings", "/sourceConfig?writeKey=wrong"])
async def test_an_unknown_key_gets_no_document(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_write_key")


async def test_a_page_that_is_being_left_sends_its_batch_with_the_key_in_the_address(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    body = json.dumps({"batch": [TRACK], "sentAt": "2027-01-15T08:00:00Z"})
    headers = ORIGIN | {"Content-Type": "text/plain;charset=UTF-8"}

    answer = await http.post("/beacon/v1/batch?writeKey=public", content=body, headers=headers)

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert [event.name for event in engine.events.values()] == ["Cart Viewed"]


async def test_a_key_in_the_address_counts_only_where_there_are_no_headers(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.post("/v1/batch?writeKey=server", json={"batch": [TRACK]})

    assert answer.status_code == 401


async def test_an_image_brings_an_event(engine: EngineInMemory, http: httpx.AsyncClient) -> None:
    said = {"event": "Mail Read", "anonymousId": "a1", "properties.list": "été"}

    answer = await http.get("/pixel/v1/track", params=said | {"writeKey": "public"})

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert answer.content.startswith(b"GIF89a")
    assert answer.headers["cache-control"] == "no-store"
    (event,) = engine.events.values()
    assert (event.name, event.keys) == ("Mail Read", ("anonymous_id:a1",))
    assert json.loads(event.properties) == {"list": "été"}


async def test_an_image_brings_a_page(engine: EngineInMemory, http: httpx.AsyncClient) -> None:
    said = {"name": "Home", "anonymousId": "a1", "context.page.url": "x", "writeKey": "public"}

    await http.get("/pixel/v1/page", params=said)

    (event,) = engine.events.values()
    assert (event.name, json.loads(event.properties)) == ("Page Viewed", {"name": "Home"})
    assert json.loads(event.context)["page"] == {"url": "x"}


async def test_an_image_that_names_nobody_is_kept_as_refused(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    answer = await http.get("/pixel/v1/track?writeKey=public&event=X")

    assert answer.content.startswith(b"GIF89a")
    assert [refusal.code for refusal in engine.refused] == ["no_user_anon_id"]


async def test_the_librarys_measurements_of_itself_are_dropped(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    answer = await http.post("/v1/m", content='{"series":[]}', headers=ORIGIN)

    assert answer.json() == {"success": True}
    assert engine.pushes == 0


@pytest.mark.parametrize(
    "path", ["/v1/m", "/beacon/v1/batch", "/sourceConfig/", "/v1/projects/x/settings"]
)
async def test_every_route_of_a_page_answers_the_question_before_the_call(
    http: httpx.AsyncClient, path: str
) -> None:
    answer = await http.options(path, headers=ORIGIN | {"Access-Control-Request-Method": "POST"})

    assert answer.status_code == 204
    assert answer.headers["access-control-max-age"] == "7200"


async def test_the_classic_snippets_script_carries_the_key_of_its_pages(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/analytics.js/v1/public/analytics.min.js")

    assert answer.headers["content-type"].startswith("text/javascript")
    assert 'var KEY = "public";' in answer.text
    secret = await http.get("/analytics.js/v1/server/analytics.min.js")
    assert (secret.status_code, secret.json()["code"]) == (403, "wrong_key_kind")


async def test_a_key_of_one_shop_is_refused_on_a_foreign_page(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    await engine.create_key("public", "site", "test", "https://shop.example")
    body = TRACK | {"writeKey": "secret-site"}

    foreign = await http.post("/v1/track", json=body, headers={"Origin": "https://evil.example"})
    own = await http.post("/v1/track", json=body, headers=ORIGIN)

    assert (foreign.status_code, foreign.json()["code"]) == (403, "origin_not_allowed")
    assert foreign.headers["access-control-allow-origin"] == "https://evil.example"
    assert own.status_code == 200
