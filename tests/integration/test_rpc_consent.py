"""Links of messages, over real sockets: GET shows, POST acts, and nobody learns from guessing."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from engine.domain.consents.topic import Title, Topic
from engine.domain.link import Link, sign
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory

NEWS = sign(b"links", Link("u", "1.1/mail/1", "email/news", b"h" * 16))
CONFIRM = sign(b"links", Link("c", "1.1/optin/1", "email"))
LATE = sign(b"links", Link("c", "1.1/optin/1", "email", expires=-1))
FRENCH = {"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.8"}


@pytest.fixture
def engine() -> EngineInMemory:
    one = EngineInMemory()
    one.consents.declared = (Topic(topic="news", title=Title(fr="<Nouveautés>", en="News")),)
    return one


@pytest.fixture
async def http(engine: EngineInMemory) -> AsyncIterator[httpx.AsyncClient]:
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    _, address = await doors.start()
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        yield client
    await doors.stop(1)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_at_a_link_changes_nothing(
    engine: EngineInMemory, http: httpx.AsyncClient, method: str
) -> None:
    """mautic#9162, mautic#9798: scanners follow every link of a mail, that to unsubscribe too."""
    for token in (NEWS, CONFIRM):
        path = f"/{'u' if token == NEWS else 'c'}/{token}"
        assert (await http.request(method, path, headers=FRENCH)).status_code == 200
    assert engine.acts == []


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {},
    ],
)
async def test_one_post_unsubscribes_whatever_its_body(
    engine: EngineInMemory, http: httpx.AsyncClient, sent: dict[str, Any]
) -> None:
    answer = await http.post(f"/u/{NEWS}", **sent)
    assert (answer.status_code, answer.history) == (200, [])
    assert engine.acts == [("follow", "u", "email/news", False)]


async def test_the_page_names_the_topic_and_offers_to_leave_all(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    page = (await http.get(f"/u/{NEWS}", headers=FRENCH)).text
    assert "&lt;Nouveautés&gt;" in page
    assert 'action="?all=1"' in page
    await http.post(f"/u/{NEWS}?all=1")
    assert engine.acts == [("follow", "u", "email/news", True)]


async def test_topics_are_chosen_on_the_page_and_only_a_post_acts(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    page = (await http.get(f"/u/{NEWS}?choose=1", headers=FRENCH)).text
    assert '<input type="checkbox" name="topic" value="news">' in page
    assert engine.acts == []
    for data in ({"topic": ["news", "more"]}, {}):
        told = await http.post(f"/u/{NEWS}?choose=1", data=data, headers=FRENCH)
        assert "enregistré" in told.text
    assert engine.acts == [
        ("choose", "email/news", ["more", "news"]),
        ("choose", "email/news", []),
    ]


async def test_a_confirmation_is_posted_and_says_when_it_came_too_late(
    http: httpx.AsyncClient,
) -> None:
    assert "it is confirmed" in (await http.post(f"/c/{CONFIRM}")).text
    assert "holds no more" in (await http.post(f"/c/{LATE}")).text


async def test_a_guessed_link_looks_like_any_other_and_does_nothing(
    engine: EngineInMemory, http: httpx.AsyncClient
) -> None:
    topicless = sign(b"links", Link("u", "1.1/mail/1", "email"))
    for forged, made in (("forged", topicless), (CONFIRM, topicless)):
        told = [await http.post(f"/u/{token}") for token in (forged, made)]
        assert told[0].text == told[1].text
        shown = [await http.get(f"/u/{token}") for token in (forged, made)]
        assert shown[0].text == shown[1].text
    assert [act[:2] for act in engine.acts] == [("follow", "u")] * 2
