"""The HTTP door, over real sockets."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from engine.rpc.http.visitors import Visitors
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory

TRACK = {"type": "track", "event": "Cart Viewed", "userId": "42", "messageId": "m1"}
GOOD = {"success": True}


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


def names(engine: EngineInMemory) -> list[str]:
    return [event.name for event in engine.events.values()]


async def test_a_bad_event_costs_only_itself(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    bad = {"type": "track", "messageId": "m2", "userId": "42"}

    answer = await http.post("/v1/batch", json={"batch": [bad, TRACK]})

    assert answer.status_code == 200
    assert answer.json()["success"] is True
    (rejected,) = answer.json()["rejected"]
    assert (rejected["index"], rejected["message_id"]) == (0, "m2")
    assert (rejected["code"], rejected["reason"] != "") == ("no_event_name", True)
    assert names(engine) == ["Cart Viewed"]
    assert json.loads(engine.refused[0].body) == bad


@pytest.mark.parametrize("broken", ["NaN", "Infinity", '"\\ud800"', '"a\\u0000"', "1e999"])
async def test_what_is_nearly_json_costs_only_its_item(
    engine: EngineInMemory, http: httpx.AsyncClient, broken: str
) -> None:
    bad = f'{{"type":"track","event":"X","userId":"1","properties":{{"a":{broken}}}}}'
    body = f'{{"batch":[{bad},{json.dumps(TRACK)}]}}'

    answer = await http.post("/v1/batch", content=body)

    assert [item["index"] for item in answer.json()["rejected"]] == [0]
    assert names(engine) == ["Cart Viewed"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("track", "X"),
        ("t", "X"),
        ("identify", "Identified"),
        ("i", "Identified"),
        ("page", "Page Viewed"),
        ("p", "Page Viewed"),
        ("screen", "Screen Viewed"),
        ("s", "Screen Viewed"),
        ("group", "Group Joined"),
        ("g", "Group Joined"),
        ("alias", "Aliased"),
        ("a", "Aliased"),
    ],
)
async def test_a_path_implies_the_type(
    engine: EngineInMemory, http: httpx.AsyncClient, path: str, name: str
) -> None:
    item = {"event": "X", "userId": "42", "groupId": "g", "previousId": "a1"}

    answer = await http.post(f"/v1/{path}", json=item)

    assert (answer.status_code, answer.json()) == (200, GOOD)
    assert names(engine) == [name]


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/v1/import"])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "image/png"])
async def test_a_batch_is_json_whatever_its_label(
    engine: EngineInMemory, http: httpx.AsyncClient, path: str, kind: str
) -> None:
    body = gzip.compress(json.dumps({"batch": [TRACK]}).encode())
    headers = {"Content-Type": kind, "Content-Encoding": "gzip"}

    answer = await http.post(path, content=body, headers=headers)

    assert answer.json() == GOOD
    assert names(engine) == ["Cart Viewed"]


async def test_a_body_sent_in_chunks_is_read(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"batch":['
        yield json.dumps(TRACK).encode() + b"]}"

    assert (await http.post("/v1/import", content=chunks())).json() == GOOD
    assert names(engine) == ["Cart Viewed"]


async def test_a_retry_is_a_duplicate_and_a_success(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    for _ in range(2):
        assert (await http.post("/v1/batch", json={"batch": [TRACK]})).json() == GOOD

    assert len(engine.events) == 1


async def test_a_gzip_bomb_is_refused_before_it_unfolds(http: httpx.AsyncClient) -> None:
    bomb = gzip.compress(bytes(200 * 2**20))

    answer = await http.post("/v1/batch", content=bomb, headers={"Content-Encoding": "gzip"})

    assert (answer.status_code, answer.json()["code"]) == (400, "payload_too_large")


async def test_a_body_over_the_limit_is_answered_not_cut_off(http: httpx.AsyncClient) -> None:
    huge = b'{"batch":[]' + b" " * (5 * 2**20) + b"}"

    answer = await http.post("/v1/batch", content=huge)

    assert (answer.status_code, answer.json()["code"]) == (400, "payload_too_large")


async def test_a_batch_as_large_as_python_sends_is_taken(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    item = TRACK | {"properties": {"text": "x" * 32_000}}
    batch = [item | {"messageId": f"m{n}"} for n in range(16)]

    assert (await http.post("/v1/batch", json={"batch": batch})).json() == GOOD
    assert len(engine.events) == 16


@pytest.mark.parametrize(
    "packed", [b"no gzip", gzip.compress(b"{}")[:-4], gzip.compress(b"{}") * 2]
)
async def test_a_broken_gzip_body_is_told(http: httpx.AsyncClient, packed: bytes) -> None:
    answer = await http.post("/v1/batch", content=packed, headers={"Content-Encoding": "gzip"})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_gzip")


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        ('{"batch":[}', "bad_json", "line 1 column 11"),
        ("", "bad_json", "line 1 column 1"),
        ("[]", "bad_batch", "object"),
        ("{}", "bad_batch", "batch"),
        ('{"batch":[NaN],"x":[}', "bad_json", "column 21"),
        ('{"batch":{},"x":NaN}', "bad_batch", "batch"),
        ('{"batch":[],"context":[]}', "not_an_object", "context"),
        ('{"batch":' + "[" * 100_000, "too_deep", "deep"),
    ],
)
async def test_a_body_that_is_no_batch_is_told_where_and_why(
    http: httpx.AsyncClient, body: str, code: str, told: str
) -> None:
    answer = await http.post("/v1/batch", content=body)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert told in answer.json()["message"]
    assert answer.json()["success"] is False


async def test_too_many_events_are_refused_together(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    answer = await http.post("/v1/batch", json={"batch": [TRACK] * 2_501})

    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_events")
    assert not engine.events


@pytest.mark.parametrize("path", ["/", "/v1/batch/", "/v1", "/v1/trackk", "//v1/batch"])
async def test_an_unknown_route_is_not_found_and_never_redirects(
    http: httpx.AsyncClient, path: str
) -> None:
    answer = await http.post(httpx.URL(str(http.base_url).rstrip("/") + path), json={"batch": []})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("auth", "status"),
    [("wrong", 401), ("", 401), ("operator", 403), ("public", 200), ("admin", 200)],
)
async def test_a_key_is_needed_and_of_the_right_kind(
    http: httpx.AsyncClient, auth: str, status: int
) -> None:
    item = TRACK | {"anonymousId": "a1"}

    answer = await http.post("/v1/batch", json={"batch": [item]}, auth=(auth, ""))

    assert answer.status_code == status
    assert answer.json()["success"] is (status == 200)


@pytest.mark.parametrize("header", ["Bearer server", "Basic c2VydmVy", "basic c2VydmVyOg=="])
async def test_a_key_may_come_in_several_headers(http: httpx.AsyncClient, header: str) -> None:
    headers = {"Authorization": header}

    answer = await http.post("/v1/batch", json={"batch": [TRACK]}, headers=headers, auth=None)

    assert answer.status_code == 200


async def test_a_key_may_come_in_the_body(http: httpx.AsyncClient) -> None:
    batch = {"batch": [TRACK], "writeKey": "server"}

    assert (await http.post("/v1/b", json=batch, auth=None)).status_code == 200
    assert (await http.post("/v1/t", json=TRACK | {"writeKey": "server"}, auth=None)).is_success


async def test_overload_is_429_with_whole_seconds(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    engine.busy, engine.retry_after = 1, 0.2

    answer = await http.post("/v1/batch", json={"batch": [TRACK]})

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert answer.json()["code"] == "rate_limited"
    assert (await http.post("/v1/batch", json={"batch": [TRACK]})).status_code == 200


async def test_a_page_may_ask_from_any_origin(http: httpx.AsyncClient) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}

    answer = await http.options("/v1/t", headers=asked)

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert "authorization" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize(("path", "status"), [("/v1/batch", 401), ("/nowhere", 404)])
async def test_a_page_can_read_errors_too(http: httpx.AsyncClient, path: str, status: int) -> None:
    headers = {"Origin": "https://shop.example"}

    answer = await http.post(path, json={"batch": []}, headers=headers, auth=("wrong", ""))

    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["vary"] == "Origin"


async def test_health_says_whether_writes_are_accepted(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    assert (await http.get("/healthz")).status_code == 200
    engine.accepts_writes = False
    assert (await http.get("/healthz")).status_code == 503


async def test_events_of_1970_and_2100_are_kept(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    times = {"old": "1970-01-01T00:00:00Z", "future": "2100-01-01T00:00:00Z", "odd": "soon"}
    batch: list[dict[str, Any]] = [
        TRACK | {"messageId": name, "timestamp": time} for name, time in times.items()
    ]

    await http.post("/v1/batch", json={"batch": batch})

    at = {event.message_id: event.at for event in engine.events.values()}
    assert at == {"old": 0, "future": engine.at, "odd": engine.at}
    (told,) = [event.context for event in engine.events.values() if event.message_id == "odd"]
    assert json.loads(told) == {"clock": {"unreadable": "'soon'"}}


async def test_requests_at_the_same_moment_are_all_answered(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    posts = [http.post("/v1/t", json={"event": "X", "userId": str(n % 3)}) for n in range(60)]

    answers = await asyncio.gather(*posts)

    assert {answer.status_code for answer in answers} == {200}
    assert len(engine.events) == 60


@pytest.mark.parametrize(("proxies", "seen"), [("", "127.0.0.1"), ("127.0.0.0/8", "198.51.100.7")])
async def test_only_a_named_proxy_is_believed_about_whom_it_speaks_for(
    engine: EngineInMemory, proxies: str, seen: str
) -> None:
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0", visitors=Visitors(proxies=proxies))
    _, address = await doors.start()
    through = {"X-Forwarded-For": "203.0.113.1, 198.51.100.7"}
    async with httpx.AsyncClient(base_url=f"http://{address}", auth=("public", "")) as client:
        await client.post("/v1/track", json=TRACK | {"anonymousId": "a"}, headers=through)
    await doors.stop(1)
    (event,) = engine.events.values()
    assert json.loads(event.context)["ip"] == seen
