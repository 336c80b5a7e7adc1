"""Segment's own Python library against the HTTP door."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from segment.analytics.client import Client

from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory


@pytest.fixture
def engine() -> EngineInMemory:
    return EngineInMemory()


@pytest.fixture
async def address(engine: EngineInMemory) -> AsyncIterator[str]:
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    _, bound = await doors.start()
    yield f"http://{bound}"
    await doors.stop(1)


def client(address: str, errors: list[object]) -> Client:
    return Client(
        "server",
        host=address,
        gzip=True,
        max_queue_size=10_000,
        upload_interval=0.05,
        on_error=lambda error, _items: errors.append(error),
    )


async def test_two_thousand_events_arrive_once_and_whole(
    engine: EngineInMemory, address: str
) -> None:
    errors: list[object] = []

    def send() -> None:
        sdk = client(address, errors)
        for number in range(2_000):
            sdk.track(
                f"u{number % 50}", "Product Added", {"price": 12.5, "name": "Chaussure à été"}
            )
        sdk.flush()
        sdk.join()

    await asyncio.to_thread(send)

    assert errors == []
    assert len(engine.events) == 2_000
    event = next(iter(engine.events.values()))
    assert (event.name, event.keys) == ("Product Added", ("user_id:u0",))
    assert engine.pushes < 200


async def test_overload_is_honoured_and_everything_is_stored_once(
    engine: EngineInMemory, address: str
) -> None:
    errors: list[object] = []
    engine.busy = 2

    def send() -> None:
        sdk = client(address, errors)
        for number in range(100):
            sdk.identify(f"u{number}", {"email": f"u{number}@example.com"})
        sdk.flush()
        sdk.join()

    await asyncio.to_thread(send)

    assert errors == []
    assert engine.busy == 0
    assert len(engine.events) == 100
