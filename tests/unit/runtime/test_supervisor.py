"""How long the supervisor waits, when it gives up, and what it leaves behind."""

import asyncio
from collections.abc import Callable

import pytest

from engine.clock import ManualClock
from engine.errors import ConfigError, EngineError, StoreFull, StoreLocked
from engine.runtime.part import Calls, PartLost
from engine.runtime.processes.in_process import InProcessRuntime
from engine.runtime.processes.supervisor import PATIENCE, Happening, RuntimeLost, Supervisor


class Quiet:
    """A part that starts unless told otherwise: ``refusals`` is used up from the front."""

    def __init__(self, name: str, refusals: dict[str, list[Exception]]) -> None:
        self.refusals = refusals.get(name, [])

    async def start(self) -> None:
        if self.refusals:
            raise self.refusals.pop(0)

    async def call(self, method: str, body: bytes) -> bytes:
        return body

    async def stop(self) -> None:
        """Nothing to drain."""


class Pauses(ManualClock):
    """Notes how long each pause was asked to be."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def seconds(self, milliseconds: int) -> float:
        self.asked.append(milliseconds)
        return 0.0


class Village:
    """A supervisor over quiet parts."""

    def __init__(self, **refusals: list[Exception]) -> None:
        def quiet(name: str, spec: bytes, calls: Calls) -> Quiet:
            return Quiet(name, refusals)

        self.happened: list[Happening] = []
        self.clock = Pauses()
        self.runtime = InProcessRuntime(quiet)
        self.supervisor = Supervisor(
            self.runtime, ["sender", "coordinator"], self.happened.append, self.clock
        )

    async def killed(self, part: str) -> None:
        """Kill it and wait until it is back."""
        before = self.supervisor.status()[part]["restarts"]
        await self.runtime.kill(part)
        await until(lambda: self.supervisor.status()[part]["restarts"] > before)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0)


async def test_the_pause_doubles_with_each_death_up_to_five_seconds() -> None:
    village = Village()
    await village.supervisor.start()
    watching = asyncio.ensure_future(village.supervisor.run())

    for _ in range(8):
        await village.killed("sender")

    assert village.clock.asked == [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]
    await village.supervisor.stop()
    await watching


async def test_a_part_that_lived_for_30_seconds_is_forgiven_its_deaths() -> None:
    village = Village()
    await village.supervisor.start()
    watching = asyncio.ensure_future(village.supervisor.run())
    await village.killed("sender")
    await village.killed("sender")

    village.clock.advance(30_000)
    await village.killed("sender")

    assert village.clock.asked == [100, 200, 100]
    await village.supervisor.stop()
    await watching


async def test_a_lock_that_is_freed_in_time_is_waited_for() -> None:
    village = Village(coordinator=[StoreLocked()] * (PATIENCE - 1))

    await village.supervisor.start()

    assert village.supervisor.status()["coordinator"]["up"]
    assert [one.what for one in village.happened if one.part == "coordinator"] == [
        *["refused"] * (PATIENCE - 1),
        "started",
    ]
    await village.supervisor.stop()


async def test_a_lock_that_stays_is_given_up_with_its_text_and_nothing_left_running() -> None:
    village = Village(coordinator=[StoreLocked("held by another")] * PATIENCE)

    with pytest.raises(StoreLocked, match="held by another"):
        await village.supervisor.start()

    assert village.happened[-2] == Happening("coordinator", "refused", "held by another")
    assert village.happened[-1] == Happening("sender", "stopped")
    assert village.runtime.pids() == {}


async def test_a_wrong_configuration_is_not_tried_twice() -> None:
    village = Village(sender=[ConfigError("no such route")])

    with pytest.raises(ConfigError, match="no such route"):
        await village.supervisor.start()

    assert village.clock.asked == []


@pytest.mark.parametrize("error", [StoreFull(), PartLost("gone")])
async def test_what_mends_itself_is_tried_for_as_long_as_it_takes(error: Exception) -> None:
    village = Village(sender=[error] * (PATIENCE * 3))

    await village.supervisor.start()

    assert village.supervisor.status()["sender"]["up"]
    await village.supervisor.stop()


async def test_a_part_that_is_given_up_later_ends_the_watch_with_its_error() -> None:
    refusals: list[Exception] = []
    village = Village(sender=refusals)
    await village.supervisor.start()
    watching = asyncio.ensure_future(village.supervisor.run())

    refusals.append(ConfigError("changed under way"))
    await village.runtime.kill("sender")

    with pytest.raises(ConfigError, match="changed under way"):
        await watching
    await village.supervisor.stop()
    assert village.runtime.pids() == {}


async def test_a_runtime_that_is_gone_ends_every_part_and_says_so() -> None:
    gone = asyncio.Event()

    class Frail(InProcessRuntime):
        async def lost(self) -> str:
            await gone.wait()
            return "the ground gave way"

    runtime = Frail(lambda name, spec, calls: Quiet(name, {}))
    supervisor = Supervisor(runtime, ["sender", "coordinator"])
    await supervisor.start()
    watching = asyncio.ensure_future(supervisor.run())

    gone.set()

    with pytest.raises(RuntimeLost, match="the ground gave way"):
        await watching
    assert runtime.pids() == {}


async def test_stopping_while_a_part_is_coming_back_leaves_nothing_running() -> None:
    village = Village(sender=(refusals := []))
    await village.supervisor.start()
    watching = asyncio.ensure_future(village.supervisor.run())
    refusals.extend([StoreFull()] * 1_000)
    await village.runtime.kill("sender")
    await until(lambda: village.happened[-1].what == "refused")

    await village.supervisor.stop()
    await watching

    assert village.runtime.pids() == {}
    assert len(refusals) > 0


@pytest.mark.parametrize(
    ("error", "told"),
    [(EngineError("spool not written"), "spool not written"), (KeyError("x"), "KeyError: 'x'")],
)
async def test_a_part_that_fails_to_drain_is_told_and_the_others_are_drained(
    error: Exception, told: str
) -> None:
    class Stuck(Quiet):
        async def stop(self) -> None:
            raise error

    happened: list[Happening] = []
    runtime = InProcessRuntime(lambda name, spec, calls: Stuck(name, {}))
    supervisor = Supervisor(runtime, ["sender", "coordinator"], happened.append)
    await supervisor.start()

    await supervisor.stop()

    assert happened[2:] == [
        Happening("coordinator", "stopped", told),
        Happening("sender", "stopped", told),
    ]
    assert runtime.pids() == {}
