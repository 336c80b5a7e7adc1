"""What an operator decides about who is who, over a real socket."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from engine.errors import NotAllowed
from engine.rpc.client import Relance
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory


@pytest.fixture
async def engine() -> EngineInMemory:
    return EngineInMemory()


@pytest.fixture
async def address(engine: EngineInMemory) -> AsyncIterator[str]:
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    grpc, _ = await doors.start()
    yield grpc
    await doors.stop(1)


async def test_an_operator_decides_by_keys_as_people_write_them(
    address: str, engine: EngineInMemory
) -> None:
    def work() -> None:
        with Relance(address, "operator") as operator:
            assert operator.reviews() == [{"one": 1, "other": 2}]
            told = operator.merge("phone:06 12 34 56 78", "email:Ada@Example.com")
            assert told == {"survivor": 1, "merged": 2, "done": True}
            assert operator.unmerge("1")["restored"] == 2
            operator.dismiss("1", "2")

    await asyncio.to_thread(work)
    assert engine.acts == [
        ("merge", "phone:+33612345678", "email:ada@example.com", "the operator key"),
        ("unmerge", "1", "", "the operator key"),
        ("dismiss", "1", "2", "the operator key"),
    ]


async def test_a_viewer_reads_the_list_and_decides_nothing(address: str) -> None:
    def work() -> None:
        with Relance(address, "viewer") as viewer:
            assert viewer.reviews(1)
            for decide in (viewer.merge, viewer.unmerge, viewer.dismiss):
                with pytest.raises(NotAllowed):
                    decide("1", "2")

    await asyncio.to_thread(work)
