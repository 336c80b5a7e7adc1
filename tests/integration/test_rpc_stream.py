"""Events in numbered batches over one gRPC call."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import grpc
import pytest

from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory


@pytest.fixture
def engine() -> EngineInMemory:
    return EngineInMemory()


@pytest.fixture
async def doors(engine: EngineInMemory) -> AsyncIterator[Doors]:
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    yield doors
    await doors.stop(1)


@pytest.fixture
async def events(doors: Doors) -> AsyncIterator[wire.EventsStub]:
    address, _ = await doors.start()
    async with grpc.aio.insecure_channel(address) as channel:
        yield wire.EventsStub(channel)


def batch(number: int, size: int = 10) -> pb.StreamRequest:
    made = [
        pb.Event(type="track", event="X", user_id=f"u{n}", message_id=f"{number}-{n}")
        for n in range(size)
    ]
    return pb.StreamRequest(number=number, events=made)


async def answers(
    events: wire.EventsStub, batches: Iterable[pb.StreamRequest], key: str = "server"
) -> list[pb.StreamResponse]:
    metadata = (("authorization", f"Bearer {key}"),)
    return [answer async for answer in events.Stream(iter(batches), metadata=metadata)]


async def test_the_last_answer_names_the_highest_batch_that_is_kept(
    engine: EngineInMemory, events: wire.EventsStub
) -> None:
    told = await answers(events, [batch(number) for number in range(1, 51)])

    acknowledged = [answer.durable for answer in told]
    assert acknowledged == sorted(set(acknowledged))
    assert acknowledged[-1] == 50
    assert sum(answer.accepted for answer in told) == len(engine.events) == 500
    assert engine.pushes == len(told)


async def test_a_batch_sent_again_after_a_break_is_stored_once(
    engine: EngineInMemory, events: wire.EventsStub
) -> None:
    await answers(events, [batch(1), batch(2)])
    told = await answers(events, [batch(2), batch(3)])

    assert sum(answer.duplicates for answer in told) == 10
    assert len(engine.events) == 30


async def test_a_busy_engine_makes_the_stream_wait_and_loses_nothing(
    engine: EngineInMemory, events: wire.EventsStub
) -> None:
    engine.busy, engine.retry_after = 3, 0.01

    told = await answers(events, [batch(number) for number in range(1, 21)])

    assert engine.busy == 0
    assert told[-1].durable == 20
    assert len(engine.events) == 200


async def test_a_bad_event_is_named_by_its_batch_and_index(
    engine: EngineInMemory, events: wire.EventsStub
) -> None:
    second = batch(7, 2)
    second.events[1].ClearField("event")

    told = await answers(events, [batch(3), second])

    (rejection,) = [rejection for answer in told for rejection in answer.rejections]
    assert (rejection.number, rejection.rejection.index) == (7, 1)
    assert rejection.rejection.code == "no_event_name"
    assert told[-1].durable == 7
    assert len(engine.events) == 11


@pytest.mark.parametrize("wrong", [[batch(2), batch(2)], [batch(0)], [batch(1, 501)]])
async def test_a_batch_out_of_turn_or_measure_ends_the_stream(
    events: wire.EventsStub, wrong: list[pb.StreamRequest]
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await answers(events, wrong)

    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("wrong", grpc.StatusCode.UNAUTHENTICATED),
        ("viewer", grpc.StatusCode.PERMISSION_DENIED),
    ],
)
async def test_a_stream_needs_a_key_that_may_push(
    events: wire.EventsStub, key: str, code: grpc.StatusCode
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await answers(events, [batch(1)], key)

    assert error.value.code() is code


async def test_a_stream_that_stays_open_ends_when_the_doors_close(
    doors: Doors, events: wire.EventsStub
) -> None:
    stream = events.Stream(metadata=(("authorization", "Bearer server"),))
    await stream.write(batch(1))
    first = await stream.read()
    await doors.stop(5)

    assert isinstance(first, pb.StreamResponse)
    assert first.durable == 1
    assert await stream.read() is grpc.aio.EOF
    assert await stream.code() is grpc.StatusCode.OK


async def test_a_stream_that_waits_for_a_busy_engine_ends_when_the_doors_close(
    engine: EngineInMemory, doors: Doors, events: wire.EventsStub
) -> None:
    engine.busy, engine.retry_after = 9, 60.0
    stream = events.Stream(metadata=(("authorization", "Bearer server"),))
    await stream.write(batch(1))
    while not engine.pushes:
        await asyncio.sleep(0.01)
    await doors.stop(5)

    assert await stream.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert not engine.events


async def test_a_sender_who_has_gone_is_not_insisted_for(
    engine: EngineInMemory, events: wire.EventsStub
) -> None:
    engine.busy, engine.retry_after = 1, 0.2
    stream = events.Stream(metadata=(("authorization", "Bearer server"),))
    await stream.write(batch(1))
    while not engine.pushes:
        await asyncio.sleep(0.01)
    stream.cancel()
    await asyncio.sleep(0.5)

    assert engine.pushes == 1
    assert (await answers(events, [batch(1)]))[0].accepted == 10
