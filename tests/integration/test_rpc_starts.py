"""Starting a scenario for many over a real socket, by the client and by the command line."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from typer.testing import CliRunner, Result

from engine.cli.main import app
from engine.errors import BadRequest, NotAllowed
from engine.rpc.client import Relance
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory


@pytest.fixture
def engine() -> EngineInMemory:
    return EngineInMemory()


@pytest.fixture
async def address(engine: EngineInMemory) -> AsyncIterator[str]:
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    grpc, _ = await doors.start()
    yield grpc
    await doors.stop(1)


async def ran(address: str, *options: str) -> Result:
    command = ["scenario", "s", *options, "--grpc", address]
    env = {"RELANCE_KEY": "operator"}
    return await asyncio.to_thread(CliRunner().invoke, app, command, env=env)


async def test_a_start_is_told_part_by_part_until_its_end(
    address: str, engine: EngineInMemory
) -> None:
    told: list[dict[str, int]] = []

    def work() -> None:
        with Relance(address, "operator") as operator:
            found = operator.starts.run("start", "s", "one", list_="fair", tell=told.append)
            assert found == {"started": 4}
            with pytest.raises(BadRequest, match="none of count, start, tell"):
                operator.starts.run("begin", "s", "one", list_="fair")

    await asyncio.to_thread(work)
    assert told == [{"started": 2}, {"started": 4}]
    assert engine.acts == [("start", "s", "fair", "one", ""), ("start", "s", "fair", "one", "0:7")]


async def test_a_viewer_starts_nothing(address: str) -> None:
    def work() -> None:
        with Relance(address, "viewer") as viewer, pytest.raises(NotAllowed):
            viewer.starts.run("start", "s", "one", list_="fair")

    await asyncio.to_thread(work)


async def test_the_command_line_counts_first_and_asks_for_a_yes(
    address: str, engine: EngineInMemory
) -> None:
    counted = await ran(address, "--start-list", "fair", "--count", "--json")
    assert msgspec.json.decode(counted.stdout)["counts"] == {"started": 4}
    refused = await ran(address, "--start-list", "fair")
    assert isinstance(refused.exception, BadRequest)
    assert "4 would enter s: say --yes" in str(refused.exception)
    assert {act[0] for act in engine.acts} == {"count"}


async def test_a_start_is_told_under_its_label(address: str, engine: EngineInMemory) -> None:
    done = await ran(address, "--start-list", "fair", "--label", "spring", "--yes", "--json")
    found = msgspec.json.decode(done.stdout)
    assert (found["label"], found["counts"]) == ("spring", {"started": 4})
    assert ("start", "s", "fair", "spring", "0:7") in engine.acts
    assert "--label spring" in done.stderr


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--start", "user_id:1", "--start-list", "fair"), "name one of"),
        (("--label", "x"), "say who is to enter"),
        (("--start", "user_id:1", "--count"), "are for --start-list"),
        (("--start-list", "fair", "--property", "order_id"), "takes name=value"),
    ],
)
async def test_options_that_do_not_fit_together_are_refused(
    address: str, options: tuple[str, ...], text: str
) -> None:
    found = await ran(address, *options)
    assert isinstance(found.exception, BadRequest)
    assert text in str(found.exception)
