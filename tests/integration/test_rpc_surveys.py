"""Surveys over a real socket: progress, then what was found."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from engine.errors import NotAllowed, Unknown
from engine.rpc.client import Relance
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory


@pytest.fixture
async def address() -> AsyncIterator[str]:
    doors = Doors(EngineInMemory(), "127.0.0.1:0", "127.0.0.1:0")
    grpc, _ = await doors.start()
    yield grpc
    await doors.stop(1)


async def test_an_operator_is_told_how_far_it_is_and_what_was_found(address: str) -> None:
    told: list[dict[str, int]] = []

    def work() -> None:
        with Relance(address, "operator") as operator:
            found = operator.surveys.preview(b"document", ["hot"], told.append, ["heat"])
            assert found == {"segments": [{"segment": "hot", "size": 1}], "scores": ["heat"]}
            assert operator.surveys.forecast("vips", 2)["days"] == [{"size": 0}, {"size": 1}]
            with pytest.raises(Unknown, match="there are vips"):
                operator.surveys.forecast("vip", 2)

    await asyncio.to_thread(work)
    assert told == [{"rows": 8, "scanned": 0, "met": 0}]


async def test_a_viewer_surveys_nothing(address: str) -> None:
    def work() -> None:
        with Relance(address, "viewer") as viewer, pytest.raises(NotAllowed):
            viewer.surveys.forecast("vips", 2)

    await asyncio.to_thread(work)
