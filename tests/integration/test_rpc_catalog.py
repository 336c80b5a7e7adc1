"""The catalog over a real socket."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from engine.errors import BadRequest, NotAllowed
from engine.rpc.client import Relance
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory


@pytest.fixture
async def address() -> AsyncIterator[str]:
    doors = Doors(EngineInMemory(), "127.0.0.1:0", "127.0.0.1:0")
    grpc, _ = await doors.start()
    yield grpc
    await doors.stop(1)


async def test_products_that_are_put_are_there(address: str) -> None:
    def work() -> dict[str, dict[str, object]]:
        with Relance(address, "server") as shop:
            shop.put_products({"a": {"title": "Lampe", "price": 19.9}, "b": {}})
        with Relance(address, "viewer") as viewer:
            return viewer.products(["a", "c"])

    assert await asyncio.to_thread(work) == {"a": {"title": "Lampe", "price": 19.9}}


async def test_one_bad_product_is_named_and_none_is_kept(address: str) -> None:
    def work() -> dict[str, dict[str, object]]:
        with Relance(address, "admin") as shop:
            with pytest.raises(BadRequest, match=r"products\[1\].*needs an id"):
                shop.put_products({"a": {}, " ": {}})
            with pytest.raises(BadRequest, match="at most 1000"):
                shop.put_products({str(n): {} for n in range(1_001)})
            return shop.products(["a"])

    assert await asyncio.to_thread(work) == {}


async def test_a_public_key_puts_no_products(address: str) -> None:
    def work() -> None:
        with Relance(address, "public") as page, pytest.raises(NotAllowed):
            page.put_products({"a": {}})

    await asyncio.to_thread(work)
