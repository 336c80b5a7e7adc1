"""Watching over real sockets: rounds of reports, who may, what a slow reader and a closing door see."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BadRequest, Busy, NotAllowed, RequestError
from engine.rpc.live import LiveRelance, Seen
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory


class Counting(EngineInMemory):
    """Tells how often it was asked; ``away`` makes it answer as while a host restarts."""

    asked = 0
    away = False

    async def status(self) -> dict[str, Any]:
        self.asked += 1
        if self.away:
            raise Busy(1.0, "host-0 is being restarted; ask again")
        return {"asked": self.asked, "padding": "x" * 500_000}


@pytest.fixture
async def engine() -> Counting:
    return Counting()


@pytest.fixture
async def doors(engine: Counting, tmp_path: Path) -> AsyncIterator[Doors]:
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0", tmp_path)
    await doors.start()
    yield doors
    await doors.stop(1)


@pytest.fixture
async def viewer(doors: Doors, tmp_path: Path) -> AsyncIterator[LiveRelance]:
    client = LiveRelance(f"unix:{tmp_path}/control.sock")
    yield client
    await client.close()


async def first(stream: AsyncIterator[Seen], count: int) -> list[Seen]:
    return [await anext(stream) for _ in range(count)]


async def test_every_round_brings_every_topic_as_it_is_then(viewer: LiveRelance) -> None:
    seen = await first(viewer.watch(["status", "segments"], 250), 4)

    assert [one.topic for one in seen] == ["status", "segments"] * 2
    assert seen[0].report["asked"] < seen[2].report["asked"]
    assert seen[0].caller == "admin"


async def test_what_nobody_reads_is_not_taken(viewer: LiveRelance, engine: Counting) -> None:
    stream = viewer.watch(["status"], 250)
    await anext(stream)

    await asyncio.sleep(2)

    assert engine.asked <= 4, "a reader that stands still must not make the engine work"


async def test_two_who_watch_the_same_cost_one_question(
    viewer: LiveRelance, engine: Counting
) -> None:
    streams = [viewer.watch(["status"], 60_000) for _ in range(5)]

    await asyncio.gather(*(anext(stream) for stream in streams))

    assert engine.asked == 1


async def test_a_host_that_restarts_is_told_and_watched_on(
    viewer: LiveRelance, engine: Counting
) -> None:
    engine.away = True
    stream = viewer.watch(["status"], 250)
    away = await anext(stream)
    engine.away = False
    back = await anext(stream)

    assert away.trouble == "host-0 is being restarted; ask again"
    assert (back.trouble, back.report["asked"]) == ("", 2)


async def test_the_stream_ends_at_once_when_the_engine_goes_down(
    viewer: LiveRelance, doors: Doors
) -> None:
    stream = viewer.watch(["status"], 60_000)
    await anext(stream)
    ending = asyncio.create_task(anext(stream))

    await asyncio.wait_for(doors.stop(30), 10)

    with pytest.raises((StopAsyncIteration, RequestError)):
        await ending


@pytest.mark.parametrize(("topics", "interval"), [([], 0), (["secrets"], 0), (["status"], 10)])
async def test_what_cannot_be_watched_is_refused(
    viewer: LiveRelance, topics: list[str], interval: int
) -> None:
    with pytest.raises(BadRequest):
        await anext(viewer.watch(topics, interval))


async def test_a_server_key_may_not_watch_and_a_viewer_may_not_act(
    engine: Counting, tmp_path: Path
) -> None:
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    address, _ = await doors.start()
    server, viewer = LiveRelance(address, "server"), LiveRelance(address, "viewer")
    try:
        with pytest.raises(NotAllowed):
            await anext(server.watch(["status"], 0))
        assert (await anext(viewer.watch(["status"], 0))).caller == "viewer"
        with pytest.raises(NotAllowed):
            await viewer.pause("scenario", "welcome", True)
    finally:
        await server.close()
        await viewer.close()
        await doors.stop(1)


async def test_a_key_that_is_revoked_ends_what_it_was_watching(
    engine: Counting, doors: Doors
) -> None:
    await engine.create_key("viewer", "guest", "test")
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    address, _ = await doors.start()
    client = LiveRelance(address, "secret-guest")
    try:
        stream = client.watch(["status"], 250)
        await anext(stream)
        await engine.revoke_key("guest", "test")
        with pytest.raises(NotAllowed):
            await first(stream, 3)
    finally:
        await client.close()
        await doors.stop(1)
