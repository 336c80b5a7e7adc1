"""Receipts by gRPC, over real sockets: what services tell, and what they hear."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine.errors import BadRequest, NotAllowed
from engine.rpc.async_client import AsyncRelance
from engine.rpc.client import Relance
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory

Told = tuple[EngineInMemory, str]
KEY = "1.1/mail/1"


@pytest.fixture
async def place() -> AsyncIterator[Told]:
    engine = EngineInMemory()
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    address, _ = await doors.start()
    yield engine, address
    await doors.stop(1)


async def tell(address: str, *receipts: dict[str, Any], key: str = "server") -> list[str]:
    async with AsyncRelance(address, key) as relance:
        return [said.code or said.outcome for said in await relance.receipts(receipts)]


async def test_each_is_judged_by_itself_and_told_twice_it_is_a_duplicate(place: Told) -> None:
    opened = {"message": KEY, "outcome": "opened", "at": "2026-11-22T09:00:00Z"}
    said = await tell(
        place[1],
        opened,
        opened,
        opened | {"id": "other"},
        {"message": "9.1/mail/1", "outcome": "opened"},
        {"message": KEY, "outcome": "seen"},
        {"outcome": "opened"},
        opened | {"at": "yesterday"},
        opened | {"url": "x" * 3_000, "id": "long"},
    )
    assert said[:3] == ["accepted", "duplicate", "accepted"]
    assert said[3:] == [
        "unknown_message", "unknown_outcome", "message_required", "bad_instant", "too_long",
    ]  # fmt: skip
    assert place[0].notices[0].at == 1_795_338_000_000


async def test_a_bounce_that_is_not_soft_is_for_good(place: Told) -> None:
    bounced = {"message": KEY, "outcome": "bounced", "reason": "mailbox full"}
    await tell(place[1], bounced | {"id": "1"}, bounced | {"id": "2", "soft": True})
    hard, soft = place[0].notices
    assert (hard.status, hard.suppress, hard.soft) == ("undelivered", True, 0)
    assert (soft.suppress, soft.soft, soft.reason) == (False, 5, "mailbox full")


@pytest.mark.parametrize(
    ("agent", "machine"),
    [
        ("", False),
        ("Mozilla/5.0", True),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15", False),
        ("Mozilla/5.0 (Windows NT 5.1) Gecko/2009 Firefox/11 (via ggpht.com GoogleImageProxy)", False),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", True),
        ("python-requests/2.32", True),
    ],
)  # fmt: skip
async def test_a_machine_is_known_by_what_it_calls_itself(
    place: Told, agent: str, machine: bool
) -> None:
    await tell(place[1], {"message": KEY, "outcome": "opened", "userAgent": agent})
    assert place[0].notices[0].bot is machine


async def test_a_page_may_not_tell_what_became_of_messages(place: Told) -> None:
    with pytest.raises(NotAllowed, match="server"):
        await tell(place[1], {"message": KEY, "outcome": "opened"}, key="public")


async def test_a_field_that_does_not_exist_is_named(place: Told) -> None:
    def push() -> None:
        with Relance(place[1], "server") as relance, pytest.raises(BadRequest, match="'ip'"):
            relance.receipts([{"message": KEY, "outcome": "opened", "ip": "192.0.2.1"}])

    await asyncio.to_thread(push)


async def test_nobody_pushes_an_event_that_is_a_receipt(place: Told) -> None:
    async with AsyncRelance(place[1], "server") as relance:
        pushed = {"type": "track", "event": "Message Opened", "userId": "42"}
        (answer,) = await relance.push([pushed])
    assert (answer.outcome, answer.code) == ("rejected", "reserved_event")
