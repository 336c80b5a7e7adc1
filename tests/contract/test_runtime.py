"""What every runtime promises to the parts it runs, with the supervisor on top."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from engine.errors import Busy, DefinitionError, StoreLocked
from engine.runtime.part import PartLost, Runtime
from engine.runtime.processes.in_process import InProcessRuntime
from engine.runtime.processes.supervisor import Happening, Supervisor
from tests.toys.parts import toy

PARTS = ["sender", "host-0", "coordinator"]


class Place(NamedTuple):
    """A runtime of toy parts and the folder that they write to."""

    runtime: Runtime
    notes: Path


@pytest.fixture(params=["in-process", pytest.param("ray", marks=pytest.mark.ray)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "in-process":
        return Place(InProcessRuntime(toy, str(tmp_path).encode()), tmp_path)
    folder: Path = request.getfixturevalue("ray_notes")
    for left in folder.iterdir():
        left.unlink()
    return Place(request.getfixturevalue("ray_runtime"), folder)


@pytest.fixture
async def runtime(place: Place) -> AsyncIterator[Runtime]:
    yield place.runtime
    await place.runtime.stop()


@pytest.fixture
def notes(place: Place) -> Path:
    return place.notes


async def reached(runtime: Runtime, part: str, method: str, body: bytes = b"") -> bytes:
    """Call as a caller does who knows that nothing was done: again until the part is back."""
    while True:
        try:
            return await runtime.calls.call(part, method, body)
        except PartLost:
            await asyncio.sleep(0.01)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


async def test_a_call_brings_back_the_bytes(runtime: Runtime) -> None:
    await runtime.start_part("host-0")
    large = bytes(range(256)) * 1_000

    assert await runtime.calls.call("host-0", "echo", large) == large
    assert await runtime.calls.call("host-0", "echo", b"") == b""


async def test_an_error_arrives_with_its_class_text_and_fields(runtime: Runtime) -> None:
    await runtime.start_part("host-0")

    with pytest.raises(Busy, match="not now") as busy:
        await runtime.calls.call("host-0", "busy", b"not now")
    with pytest.raises(DefinitionError) as refused:
        await runtime.calls.call("host-0", "refuse", b"first")
    with pytest.raises(LookupError, match="a bug"):
        await runtime.calls.call("host-0", "bug", b"a bug")

    assert busy.value.retry_after == 2.5
    assert refused.value.problems == ["first", "second"]
    assert str(refused.value) == "first\nsecond"


async def test_an_error_of_a_class_that_cannot_travel_arrives_as_its_text(
    runtime: Runtime,
) -> None:
    await runtime.start_part("host-0")

    with pytest.raises(Exception, match="only here"):
        await runtime.calls.call("host-0", "local_error", b"only here")

    assert await runtime.calls.call("host-0", "echo", b"still up") == b"still up"


async def test_parts_call_one_another(runtime: Runtime) -> None:
    await runtime.start_part("host-0")
    await runtime.start_part("coordinator")

    assert await runtime.calls.call("coordinator", "relay", b"host-0 echo hello") == b"hello"
    with pytest.raises(Busy, match="full"):
        await runtime.calls.call("coordinator", "relay", b"host-0 busy full")
    with pytest.raises(PartLost):
        await runtime.calls.call("coordinator", "relay", b"sender echo nobody")


async def test_calls_overlap_at_the_awaits_of_the_part(runtime: Runtime) -> None:
    await runtime.start_part("host-0")

    answers = await asyncio.gather(
        *(runtime.calls.call("host-0", "wait", str(n).encode()) for n in range(50)),
        runtime.calls.call("host-0", "open", b"open"),
    )

    assert answers == [*(str(n).encode() for n in range(50)), b"open"]


async def test_a_call_to_a_part_that_is_killed_meanwhile_is_lost(runtime: Runtime) -> None:
    await runtime.start_part("host-0")
    waiting = asyncio.ensure_future(runtime.calls.call("host-0", "wait", b""))
    await runtime.calls.call("host-0", "echo", b"the first call is there too")

    await runtime.kill("host-0")

    with pytest.raises(PartLost):
        await waiting
    with pytest.raises(PartLost):
        await runtime.calls.call("host-0", "echo", b"")
    assert runtime.pids() == {}


async def test_a_caller_that_gives_up_does_not_stop_the_work(runtime: Runtime) -> None:
    await runtime.start_part("host-0")
    waiting = asyncio.ensure_future(runtime.calls.call("host-0", "wait", b""))
    await until_count(runtime, "waiting", b"1")

    waiting.cancel()
    await asyncio.wait([waiting])
    await runtime.calls.call("host-0", "open", b"")

    await until_count(runtime, "waited", b"1")


async def until_count(runtime: Runtime, which: str, count: bytes) -> None:
    """Calls may overtake one another: the part itself says how far it is."""
    while await runtime.calls.call("host-0", which, b"") != count:
        await asyncio.sleep(0.01)


async def test_a_part_that_cannot_start_says_why_and_does_not_run(
    runtime: Runtime, notes: Path
) -> None:
    (notes / "host-0.locked").touch()

    with pytest.raises(StoreLocked):
        await runtime.start_part("host-0")
    assert runtime.pids() == {}

    (notes / "host-0.locked").unlink()
    await runtime.start_part("host-0")
    assert await runtime.calls.call("host-0", "echo", b"up") == b"up"


async def test_stopping_a_part_drains_it(runtime: Runtime, notes: Path) -> None:
    await runtime.start_part("host-0")

    await runtime.stop_part("host-0")

    assert (notes / "notes").read_text().splitlines() == ["host-0 started", "host-0 stopped"]
    assert runtime.pids() == {}
    with pytest.raises(PartLost):
        await runtime.calls.call("host-0", "echo", b"")


async def test_a_part_that_lost_its_slots_ends(runtime: Runtime) -> None:
    await runtime.start_part("host-0")

    with pytest.raises(PartLost):
        await runtime.calls.call("host-0", "usurped", b"")

    await runtime.died("host-0")
    assert runtime.pids() == {}


async def test_a_part_that_fails_by_itself_ends_without_being_called(runtime: Runtime) -> None:
    await runtime.start_part("host-0")

    assert await runtime.calls.call("host-0", "collapse", b"soon") == b"soon"

    await runtime.died("host-0")
    assert runtime.pids() == {}


async def test_a_killed_part_is_started_again_under_its_name(runtime: Runtime) -> None:
    happened: list[Happening] = []
    supervisor = Supervisor(runtime, PARTS, happened.append)
    await bring_up(supervisor)
    watching = asyncio.ensure_future(supervisor.run())
    await runtime.calls.call("host-0", "add", b"seven..")

    await runtime.kill("host-0")

    assert await reached(runtime, "host-0", "add", b"x") == b"1"
    assert await reached(runtime, "coordinator", "relay", b"host-0 echo again") == b"again"
    assert [(one.part, one.what) for one in happened[3:]] == [
        ("host-0", "died"),
        ("host-0", "started"),
    ]
    assert supervisor.status()["host-0"]["restarts"] == 1
    await bring_down(supervisor, watching)


async def test_two_parts_are_started_again_independently(runtime: Runtime, notes: Path) -> None:
    supervisor = Supervisor(runtime, PARTS)
    await bring_up(supervisor)
    watching = asyncio.ensure_future(supervisor.run())
    (notes / "sender.locked").touch()

    await asyncio.gather(runtime.kill("sender"), runtime.kill("host-0"))

    assert await reached(runtime, "host-0", "echo", b"back") == b"back"
    assert await runtime.calls.call("coordinator", "echo", b"never away") == b"never away"
    (notes / "sender.locked").unlink()
    assert await reached(runtime, "sender", "echo", b"back too") == b"back too"
    await bring_down(supervisor, watching)


async def test_stopping_drains_the_coordinator_first_and_the_sender_last(
    runtime: Runtime, notes: Path
) -> None:
    supervisor = Supervisor(runtime, PARTS)
    await bring_up(supervisor)
    watching = asyncio.ensure_future(supervisor.run())

    await bring_down(supervisor, watching)

    assert (notes / "notes").read_text().splitlines() == [
        *(f"{part} started" for part in PARTS),
        *(f"{part} stopped" for part in reversed(PARTS)),
    ]


async def test_a_part_that_is_wanted_later_is_started_watched_and_drained(
    runtime: Runtime, notes: Path
) -> None:
    asked: asyncio.Queue[str] = asyncio.Queue()

    async def wanted() -> AsyncIterator[str]:
        while True:
            yield await asked.get()

    supervisor = Supervisor(runtime, PARTS, wanted=wanted())
    await bring_up(supervisor)
    watching = asyncio.ensure_future(supervisor.run())
    asked.put_nowait("host-256")
    assert await reached(runtime, "host-256", "echo", b"here") == b"here"

    await runtime.kill("host-256")
    assert await reached(runtime, "coordinator", "relay", b"host-256 echo again") == b"again"
    await until(lambda: supervisor.status()["host-256"]["restarts"] == 1)

    await bring_down(supervisor, watching)
    stopped = [line for line in (notes / "notes").read_text().splitlines() if "stopped" in line]
    assert stopped == [f"{p} stopped" for p in ("coordinator", "host-256", "host-0", "sender")]


async def bring_up(supervisor: Supervisor) -> None:
    async with asyncio.timeout(30):
        await supervisor.start()


async def bring_down(supervisor: Supervisor, watching: asyncio.Future[None]) -> None:
    await supervisor.stop()
    await watching
