"""Parts on Ray and the kernel: signals, stopped processes, names."""

import asyncio
import os
import signal

import pytest
import ray

from engine.runtime.part import PartLost, Runtime

pytestmark = pytest.mark.ray


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_part_ended_from_outside_is_seen_and_can_be_started_again(
    ray_runtime: Runtime, number: signal.Signals
) -> None:
    await ray_runtime.start_part("host-0")
    await ray_runtime.calls.call("host-0", "add", b"state")
    first = ray_runtime.pids()["host-0"]

    os.kill(first, number)
    await ray_runtime.died("host-0")
    await ray_runtime.start_part("host-0")

    assert ray_runtime.pids()["host-0"] != first
    assert await ray_runtime.calls.call("host-0", "add", b"x") == b"1"
    await ray_runtime.stop()


async def test_a_stopped_process_cannot_come_back_beside_its_successor(
    ray_runtime: Runtime,
) -> None:
    await ray_runtime.start_part("host-0")
    first = ray_runtime.pids()["host-0"]
    os.kill(first, signal.SIGSTOP)
    waiting = asyncio.ensure_future(ray_runtime.calls.call("host-0", "echo", b""))

    await ray_runtime.start_part("host-0")

    with pytest.raises(PartLost):
        await waiting
    with pytest.raises(ProcessLookupError):
        os.kill(first, signal.SIGCONT)
    await ray_runtime.stop()


async def test_a_part_that_is_asked_to_start_and_given_up_leaves_no_process(
    ray_runtime: Runtime,
) -> None:
    starting = asyncio.ensure_future(ray_runtime.start_part("sender"))
    await asyncio.sleep(0.2)

    starting.cancel()
    await asyncio.wait([starting])

    await ray_runtime.start_part("sender")
    assert await ray_runtime.calls.call("sender", "echo", b"one") == b"one"
    assert [one["name"] for one in ray.util.list_named_actors(all_namespaces=True)] == ["sender"]
    await ray_runtime.stop()


async def test_a_bug_in_a_part_brings_its_traceback_along(ray_runtime: Runtime) -> None:
    await ray_runtime.start_part("host-0")

    with pytest.raises(LookupError, match="a bug") as bug:
        await ray_runtime.calls.call("host-0", "bug", b"a bug")

    assert "in bug" in bug.value.__notes__[0]
    await ray_runtime.stop()
