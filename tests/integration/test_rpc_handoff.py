"""Links of a hand-off, over real sockets: GET shows, POST decides, and nobody gets in by guessing."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from engine.domain.link import Link, sign
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory

GOOD = sign(b"links", Link("h", "1.1/hand-off/1", "1.1/ann", b"", 1_900_000_000_000))
LATE = sign(b"links", Link("h", "1.1/hand-off/1", "1.1/ann", b"", -1))
OTHER = sign(b"links", Link("u", "1.1/mail/1", "email"))
FORGED = sign(b"else", Link("h", "1.1/hand-off/1", "1.1/ann", b"", 1_900_000_000_000))
FRENCH = {"Accept-Language": "fr"}


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


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("asked", ["", "?do=accept", "?do=reject"])
async def test_looking_at_a_link_decides_nothing(
    engine: EngineInMemory, http: httpx.AsyncClient, method: str, asked: str
) -> None:
    assert (await http.request(method, f"/h/{GOOD}{asked}")).status_code == 200
    assert (engine.acts, engine.handoffs.held["status"]) == ([], "open")


async def test_the_page_says_who_it_is_and_why_and_puts_the_asked_decision_first(
    http: httpx.AsyncClient,
) -> None:
    page = (await http.get(f"/h/{GOOD}?do=return", headers=FRENCH)).text
    for text in (
        "Hot &lt;lead&gt;",
        "asked for a call",
        "Ada",
        "Acme",
        "engagement 64.5",
        "Pricing Viewed",
        "15/01/2027 13:00",
        "Ann Lee",
    ):
        assert text in page  # fmt: skip
    assert page.index('value="return"') < page.index('value="accept"')


@pytest.mark.parametrize(
    ("sent", "act"),
    [
        ({"do": "accept"}, ("accept", "1.1", "", "", "ann")),
        ({"do": "accept", "reason": " she phoned "}, ("accept", "1.1", "she phoned", "", "ann")),
        (
            {"do": "return", "reason": "next year", "until": "2027-03-01"},
            ("return", "1.1", "next year", "2027-03-01", "ann"),
        ),
        ({"do": "reject", "reason": "a student"}, ("reject", "1.1", "a student", "", "ann")),
    ],
)
async def test_one_post_decides_once(
    engine: EngineInMemory, http: httpx.AsyncClient, sent: dict[str, Any], act: tuple[Any, ...]
) -> None:
    answer = await http.post(f"/h/{GOOD}", data=sent)
    assert (answer.status_code, engine.acts) == (200, [act])
    assert (await http.post(f"/h/{GOOD}", data={"do": "accept"})).status_code == 410
    assert len(engine.acts) == 1
    assert "Decided before" in (await http.get(f"/h/{GOOD}")).text


async def test_what_is_missing_is_asked_for_again(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    told = await http.post(f"/h/{GOOD}", data={"do": "reject"})
    assert (told.status_code, "say why" in told.text) == (422, True)
    assert (await http.post(f"/h/{GOOD}", data={})).status_code == 200
    assert (await http.post(f"/h/{GOOD}", data={"do": "steal"})).status_code == 200
    assert engine.acts == []


@pytest.mark.parametrize("token", [LATE, OTHER, FORGED, "guessed"])
async def test_a_forged_or_expired_link_shows_nothing_and_does_nothing(
    engine: EngineInMemory, http: httpx.AsyncClient, token: str
) -> None:
    for answer in (
        await http.get(f"/h/{token}"),
        await http.post(f"/h/{token}", data={"do": "accept"}),
    ):
        assert (answer.status_code, "Ada" in answer.text) == (410, False)
    assert engine.acts == []
