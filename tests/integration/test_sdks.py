"""The SDKs of Segment and RudderStack, unchanged but for the host, against the HTTP door."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from rudderstack.analytics.client import Client as RudderClient
from segment.analytics.client import Client as SegmentClient

from engine.domain.event import Event
from engine.errors import Busy
from engine.ports.engine import Refusal, Verdict
from engine.rpc.server import Doors
from tests.unit.rpc.engine_in_memory import EngineInMemory

EVENTS = 2_000
NODE_SDKS = (
    "@segment/analytics-node@3.1.0",
    "@segment/analytics-next@1.84.3",
    "@rudderstack/rudder-sdk-node@3.0.13",
    "@rudderstack/analytics-js@3.34.1",
    "jsdom@24",
)
SCRIPT = Path(__file__).with_name("sdks.cjs")
PAGE = Path(__file__).with_name("browser_sdks.cjs")


class BusyInTheMiddle(EngineInMemory):
    """Refuses its tenth push, once."""

    async def push(self, source: str, items: Sequence[Event | Refusal]) -> list[Verdict]:
        if self.pushes == 9:
            self.pushes += 1
            raise Busy(0.5)
        return await super().push(source, items)


@pytest.fixture
def engine() -> EngineInMemory:
    return BusyInTheMiddle()


@pytest.fixture
async def url(engine: EngineInMemory) -> AsyncIterator[str]:
    doors = Doors(engine, "127.0.0.1:0", "127.0.0.1:0")
    _, bound = await doors.start()
    yield f"http://{bound}"
    await doors.stop(1)


@pytest.fixture(scope="module")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the Node SDKs, fetched by npm."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not here: the Node SDKs are not tried")
    folder = tmp_path_factory.mktemp("node")
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--no-save")
    install = subprocess.run(
        [npm, "install", *options, *NODE_SDKS],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if install.returncode and os.environ.get("CI") != "true":
        pytest.skip(f"npm could not fetch the Node SDKs: {install.stderr[-300:]}")
    assert install.returncode == 0, install.stderr
    return folder / "node_modules"


def send(client: SegmentClient | RudderClient) -> None:
    for number in range(EVENTS - 1):
        properties = {"number": number, "name": "Chaussure à été"}
        client.track(f"u{number % 50}", "Product Added", properties)
    client.identify("u0", {"email": "ada@example.com"})
    client.flush()
    client.join()


def send_by_node(node_modules: Path, sdk: str, url: str) -> None:
    done = subprocess.run(
        ["node", SCRIPT, sdk, url, str(EVENTS)],
        check=False,
        env=os.environ | {"NODE_PATH": str(node_modules)},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr


async def check_all_are_stored_once(engine: EngineInMemory, send: Callable[[], None]) -> None:
    await asyncio.to_thread(send)

    events = list(engine.events.values())
    numbers = [json.loads(e.properties)["number"] for e in events if e.name == "Product Added"]
    assert sorted(numbers) == list(range(EVENTS - 1))
    (person,) = [event for event in events if event.kind == "identify"]
    assert person.keys == ("user_id:u0", "email:ada@example.com")
    assert json.loads(person.traits) == {"email": "ada@example.com"}
    assert engine.pushes > 10


@pytest.mark.parametrize("library", [SegmentClient, RudderClient])
@pytest.mark.parametrize("gzip", [True, False])
async def test_a_python_sdk_loses_nothing_when_told_to_wait(
    engine: EngineInMemory, url: str, library: type[SegmentClient | RudderClient], gzip: bool
) -> None:
    errors: list[object] = []
    client = library(
        "server", host=url, gzip=gzip, on_error=lambda error, _items: errors.append(error)
    )

    await check_all_are_stored_once(engine, partial(send, client))

    assert errors == []


@pytest.mark.parametrize("sdk", ["segment", "rudder"])
async def test_a_node_sdk_loses_nothing_when_told_to_wait(
    engine: EngineInMemory, url: str, node_modules: Path, sdk: str
) -> None:
    await check_all_are_stored_once(engine, partial(send_by_node, node_modules, sdk, url))


@pytest.mark.parametrize("sdk", ["segment", "rudder", "snippet"])
async def test_a_browser_sdk_needs_no_more_than_the_host(
    engine: EngineInMemory, url: str, node_modules: Path, sdk: str
) -> None:
    env = os.environ | {"NODE_PATH": str(node_modules)}
    page = await asyncio.create_subprocess_exec("node", PAGE, sdk, url, env=env)
    try:
        async with asyncio.timeout(60):
            while len(engine.events) < 5:
                await asyncio.sleep(0.05)
    finally:
        page.kill()
        await page.wait()

    events = {event.kind: event for event in engine.events.values()}
    assert {*events} == {"page", "track", "identify", "group", "alias"}
    assert json.loads(events["track"].properties) == {"price": 12.5}
    assert json.loads(events["identify"].traits) == {"email": "ada@example.com"}
    assert json.loads(events["page"].context)["ip"] == "127.0.0.1"
    assert engine.refused == []
