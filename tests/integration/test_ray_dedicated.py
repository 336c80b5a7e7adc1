"""Where contacts are dedicated, each is a Ray actor of its own: Ray itself says so."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
import ray._private.state as ray_state  # Ray's own list of its actors; its version is pinned

from engine.bootstrap import Spec, init_data, part
from engine.domain.rulebooks.definitions import encode
from engine.loading.definitions import load
from engine.offline import create_key
from engine.ports.control_store import KeyKind
from engine.rpc.client import Relance
from engine.runtime.processes.census import wanted_parts
from engine.runtime.processes.supervisor import Supervisor
from engine.settings import Rpc, Runtime, Settings
from tests.acceptance import shop
from tests.acceptance.engine_process import wait_until
from tests.conftest import SharedRay

CONTACTS = 12
PARTS = ["sender", "host-0", "coordinator"]
KINDS: tuple[KeyKind, ...] = ("server", "admin")

pytestmark = pytest.mark.ray


@pytest.fixture
def runtime(ray_runtime: SharedRay, tmp_path: Path) -> SharedRay:
    """The session's Ray with the engine's parts in it."""
    workspace, data = shop.write(tmp_path / "workspace", "mailbox"), tmp_path / "data"
    settings = Settings(
        runtime=Runtime(placement="dedicated", dedicated_limit=CONTACTS),
        rpc=Rpc(grpc="127.0.0.1:0", http="127.0.0.1:0"),
    )
    init_data(data, settings)
    spec = msgspec.msgpack.encode(Spec(str(data), settings, 1, encode(load(workspace))))
    runtime = SharedRay(f"{part.__module__}:{part.__name__}", spec)
    runtime._services = ray_runtime._services
    return runtime


def hosts_alive() -> dict[str, int]:
    """Every ContactHost that Ray has, and its process."""
    listed: dict[str, dict[str, Any]] = ray_state.actors()
    return {
        actor["Name"]: actor["Pid"]
        for actor in listed.values()
        if actor["State"] == "ALIVE" and actor["ActorClassName"] == "ContactHost"
    }


async def test_ray_lists_one_contact_host_for_each_contact_beside_the_directory_host(
    runtime: SharedRay, tmp_path: Path
) -> None:
    keys = [create_key(tmp_path / "data", kind, "shop") for kind in KINDS]
    wanted = wanted_parts(runtime.calls, "coordinator")
    supervisor = Supervisor(runtime, PARTS, wanted=wanted)
    await supervisor.start()
    watching = asyncio.ensure_future(supervisor.run())
    try:
        addresses = await runtime.calls.call("coordinator", "addresses", b"")
        address = msgspec.msgpack.decode(addresses)[0]
        status = await asyncio.to_thread(contacts_come, address, keys)
        actors = hosts_alive()
    finally:
        await supervisor.stop()
        await watching

    assert sorted(actors) == sorted(["host-0", *(f"host-{256 + n}" for n in range(CONTACTS))])
    assert len(set(actors.values())) == CONTACTS + 1
    assert status["placement"]["pooled"] == 1
    assert status["contacts"] == CONTACTS + 1


def contacts_come(address: str, keys: list[str]) -> dict[str, Any]:
    """One more than may have a host; the status once all of them have come."""
    with Relance(address, keys[0]) as service, Relance(address, keys[1]) as operator:
        people = range(CONTACTS + 1)
        answers = service.push(
            [shop.track("Product Viewed", {"userId": f"u{n}"}, f"m{n}") for n in people]
        )
        assert {answer.outcome for answer in answers} == {"accepted"}

        def at_rest() -> bool:
            told = operator.status()
            return not (told["hops"] or told["placement"]["starting"])

        wait_until(at_rest, "every contact's host has started")
        return operator.status()
