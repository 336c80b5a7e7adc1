"""Where providers call, over real sockets: what is kept, and what they hear."""

from collections.abc import AsyncIterator, Mapping
from typing import ClassVar

import httpx
import pytest

from engine.domain.intake.notice import Inbound, Notice
from engine.domain.profile.consent import OPTED_OUT
from engine.errors import NotAllowed
from engine.rpc.http import insisting
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory

DELIVERED = Notice("post", "1", "1.1/text/1", "sms", "delivered")


class Post:
    """A provider whose signature is the word ``signed``; its body says what is asked."""

    answer: ClassVar[tuple[str, bytes]] = ("text/xml", b"<Thanks/>")

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []

    def receipt(self, token: str, target: str, headers: Mapping[str, str], body: bytes) -> Notice:
        self._check(headers, token, target, body.decode())
        return DELIVERED

    def inbound(self, target: str, headers: Mapping[str, str], body: bytes) -> Inbound:
        self._check(headers, target, body.decode())
        return Inbound(
            "post", "2", "sms", "+33611111111", body.decode(), body == b"STOP", body == b"START"
        )

    def _check(self, headers: Mapping[str, str], *call: str) -> None:
        if headers.get("signature") != "signed":
            raise NotAllowed("not signed")
        self.calls.append(call)


@pytest.fixture
def engine() -> EngineInMemory:
    return EngineInMemory()


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
async def http(engine: EngineInMemory, post: Post) -> AsyncIterator[httpx.AsyncClient]:
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0", hooks={"post": post})
    _, address = await doors.start()
    signed = {"Signature": "signed"}
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=signed) as client:
        yield client
    await doors.stop(1)


async def test_a_call_is_read_as_it_was_made_and_kept_before_it_is_answered(
    engine: EngineInMemory, post: Post, http: httpx.AsyncClient
) -> None:
    answer = await http.post("/v1/receipts/post/a%2Db?x=%C3%A9&y=", content="said")

    assert (answer.status_code, answer.text) == (200, "<Thanks/>")
    assert answer.headers["content-type"].startswith("text/xml")
    assert post.calls == [("a-b", "/v1/receipts/post/a%2Db?x=%C3%A9&y=", "said")]
    assert engine.notices == [DELIVERED]


async def test_an_engine_that_is_busy_for_a_moment_is_waited_for(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    engine.busy = 2

    answer = await http.post("/v1/receipts/post/a")

    assert answer.status_code == 200
    assert engine.notices == [DELIVERED]


async def test_an_engine_that_stays_busy_says_so(
    engine: EngineInMemory, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insisting, "WITHIN", 0.1)
    engine.busy = 1_000

    answer = await http.post("/v1/receipts/post/a")

    assert (answer.status_code, engine.notices) == (429, [])
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("path", ["/v1/receipts/other/a", "/v1/inbound/other", "/v1/receipts/post"])
async def test_nobody_else_is_listened_to(
    engine: EngineInMemory, http: httpx.AsyncClient, path: str
) -> None:
    assert (await http.post(path, content="STOP")).status_code == 404
    assert (engine.notices, engine.acts, engine.events) == ([], [], {})


async def test_a_call_without_its_signature_is_refused(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    for path in ("/v1/receipts/post/a", "/v1/inbound/post"):
        answer = await http.post(path, content="STOP", headers={"Signature": "forged"})
        assert answer.status_code == 403
    assert (engine.notices, engine.acts, engine.events) == ([], [], {})


async def test_stop_suppresses_the_address_and_withdraws_consent(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    await http.post("/v1/inbound/post", content="STOP")

    heard, event = engine.events.values()
    assert engine.acts == [("suppress", "sms", "+33611111111", OPTED_OUT, "post")]
    assert (heard.name, event.name) == ("SMS Received", "Consent Changed")
    assert event.properties == b'{"channel":"sms","status":"withdrawn","source":"opted_out"}'
    assert event.keys == heard.keys == ("phone:+33611111111",)


async def test_start_lifts_what_stop_has_suppressed_and_nothing_else(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    await http.post("/v1/inbound/post", content="START")

    _, event = engine.events.values()
    assert engine.acts == [("lift", "sms", "+33611111111", "post", (OPTED_OUT,))]
    assert event.properties == b'{"channel":"sms","status":"resumed","source":"opted_out"}'


async def test_an_answer_is_an_event_and_told_twice_is_one(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    for _ in range(2):
        assert (await http.post("/v1/inbound/post", content="Merci")).status_code == 200

    (event,) = engine.events.values()
    assert (event.name, event.kind, event.traits) == ("SMS Received", "track", b"")
    assert event.properties == b'{"text":"Merci","stop":false}'
    assert engine.acts == []
