"""The buffering clients, from threads and from a loop, over real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

import pytest

from engine.errors import BadRequest, Busy, NotAllowed, RequestError
from engine.rpc.async_client import AsyncRelance
from engine.rpc.async_producer import AsyncProducer
from engine.rpc.call import alias, group, identify, page, track
from engine.rpc.client import Relance
from engine.rpc.clients.lost import Lost
from engine.rpc.producer import Producer
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory


class Sending(Protocol):
    async def send(self, event: Mapping[str, Any]) -> str: ...
    async def flush(self, patience: float) -> bool: ...
    async def close(self, patience: float) -> None: ...


class Threaded:
    """A Producer, seen from a loop."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer

    async def send(self, event: Mapping[str, Any]) -> str:
        return await asyncio.to_thread(self._producer.send, event)

    async def flush(self, patience: float) -> bool:
        return await asyncio.to_thread(self._producer.flush, patience)

    async def close(self, patience: float) -> None:
        await asyncio.to_thread(self._producer.close, patience)


class Sender:
    """Makes either kind of producer, and hears what they lose."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self.lost: list[Lost] = []

    @asynccontextmanager
    async def to(
        self, address: str, key: str = "server", most: int = 10_000, wait: float = 20
    ) -> AsyncIterator[Sending]:
        if self._kind == "loop":
            async with AsyncRelance(address, key) as relance:
                loop = AsyncProducer(relance, most, wait, self.lost.extend)
                yield loop
                await loop.close(0)
        else:
            with Relance(address, key) as relance:
                threaded = Threaded(Producer(relance, most, wait, self.lost.extend))
                yield threaded
                await threaded.close(0)


@pytest.fixture(params=["loop", "thread"])
def sender(request: pytest.FixtureRequest) -> Sender:
    return Sender(request.param)


@pytest.fixture
def engine() -> EngineInMemory:
    return EngineInMemory()


@pytest.fixture
async def address(engine: EngineInMemory) -> AsyncIterator[str]:
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    bound, _ = await doors.start()
    yield bound
    await doors.stop(1)


async def test_many_events_pass_through_a_small_buffer_in_few_calls_and_in_order(
    engine: EngineInMemory, address: str, sender: Sender
) -> None:
    async with sender.to(address, most=100) as producer:
        sent = [await producer.send(track("X", user_id=str(n % 7))) for n in range(1_000)]
        assert await producer.flush(20)

    assert [event.message_id for event in engine.events.values()] == sent
    assert engine.pushes < 1_000
    assert sender.lost == []


async def test_a_busy_engine_is_waited_for(
    engine: EngineInMemory, address: str, sender: Sender
) -> None:
    engine.busy, engine.retry_after = 3, 0.01

    async with sender.to(address) as producer:
        for number in range(50):
            await producer.send(track("X", user_id=str(number)))
        assert await producer.flush(20)

    assert (engine.busy, len(engine.events), sender.lost) == (0, 50, [])


async def test_what_is_sent_while_the_engine_is_down_arrives_when_it_is_up(
    engine: EngineInMemory, sender: Sender
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    doors = Doors(engine, address, "127.0.0.1:0")

    async with sender.to(address) as producer:
        await producer.send(track("X", user_id="42"))
        assert not await producer.flush(0.1)
        await doors.start()
        assert await producer.flush(30)
    await doors.stop(1)

    assert (len(engine.events), sender.lost) == (1, [])


async def test_a_full_buffer_says_so_and_closing_tells_what_is_left(sender: Sender) -> None:
    async with sender.to("127.0.0.1:1", most=2, wait=0.05) as producer:
        sent = [await producer.send(track("X", user_id="42")) for _ in range(2)]
        with pytest.raises(Busy):
            await producer.send(track("X", user_id="42"))
        await producer.close(0)

    assert [(lost.message_id, lost.code) for lost in sender.lost] == [
        (message_id, "E-REQUEST") for message_id in sent
    ]


async def test_what_the_engine_refuses_is_told(
    engine: EngineInMemory, address: str, sender: Sender
) -> None:
    async with sender.to(address) as producer:
        await producer.send(track("X", message_id="m1"))
        await producer.send(track("X", user_id="42"))
        assert await producer.flush(20)

    assert [(lost.message_id, lost.code) for lost in sender.lost] == [("m1", "no_user_anon_id")]
    assert len(engine.events) == 1


async def test_a_wrong_key_is_told_and_not_tried_again(address: str, sender: Sender) -> None:
    async with sender.to(address, key="viewer") as producer:
        await producer.send(track("X", user_id="42"))
        assert await producer.flush(20)

    assert [lost.code for lost in sender.lost] == ["E-NOT-ALLOWED"]


async def test_an_event_that_is_none_is_refused_where_it_is_made(
    address: str, sender: Sender
) -> None:
    async with sender.to(address) as producer:
        with pytest.raises(BadRequest, match="userid"):
            await producer.send({"type": "track", "userid": "42"})
        await producer.close(1)
        with pytest.raises(RequestError, match="closed"):
            await producer.send(track("X", user_id="42"))


async def test_every_call_arrives_as_what_it_is(engine: EngineInMemory, address: str) -> None:
    calls = [
        track("Order Completed", {"total": 12.5}, user_id="42", timestamp="2020-01-01"),
        identify({"email": "ada@example.com"}, user_id="42"),
        page("Home", anonymous_id="a1"),
        group("acme", {"plan": "pro"}, user_id="42"),
        alias("a1", user_id="42"),
    ]
    async with AsyncRelance(address, "server") as relance:
        answers = await relance.push(calls)

    assert [answer.outcome for answer in answers] == ["accepted"] * 5
    names = [event.name for event in engine.events.values()]
    assert names == ["Order Completed", "Identified", "Page Viewed", "Group Joined", "Aliased"]


async def test_an_async_push_waits_out_overload(engine: EngineInMemory, address: str) -> None:
    engine.busy, engine.retry_after = 2, 0.06

    async with AsyncRelance(address, "server") as relance:
        (answer,) = await relance.push([track("X", user_id="42")])

    assert (answer.outcome, engine.pushes) == ("accepted", 3)


async def test_the_patience_of_an_async_push_ends(engine: EngineInMemory, address: str) -> None:
    engine.busy, engine.retry_after = 9, 7.5

    async with AsyncRelance(address, "server") as relance:
        with pytest.raises(Busy) as busy:
            await relance.push([track("X", user_id="42")], patience=0.1)

    assert busy.value.retry_after == 7.5


async def test_an_async_push_with_a_wrong_key_fails_at_once(address: str) -> None:
    async with AsyncRelance(address, "wrong") as relance:
        with pytest.raises(NotAllowed):
            await relance.push([track("X", user_id="42")])
