"""What a killed part loses inside one process: its tasks, what it holds, and nothing else."""

import asyncio

from engine.runtime.part import Calls
from engine.runtime.processes.in_process import InProcessRuntime


class Busybody:
    """Runs tasks of its own, which run tasks in turn, and holds a lock."""

    def __init__(self, name: str, beats: dict[str, int], locks: set[str]) -> None:
        self.name, self.beats, self.locks = name, beats, locks

    async def start(self) -> None:
        self.locks.add(self.name)
        self.child = asyncio.get_running_loop().create_task(self.nest())

    async def nest(self) -> None:
        self.grandchild = asyncio.ensure_future(self.beat())
        await self.grandchild

    async def beat(self) -> None:
        while True:
            self.beats[self.name] = self.beats.get(self.name, 0) + 1
            await asyncio.sleep(0)

    async def call(self, method: str, body: bytes) -> bytes:
        return body

    async def stop(self) -> None:
        """Leaves its tasks to the runtime."""

    def drop(self) -> None:
        self.locks.discard(self.name)


async def test_a_kill_ends_the_tasks_and_locks_of_that_part_and_of_no_other() -> None:
    beats: dict[str, int] = {}
    locks: set[str] = set()

    def busybody(name: str, spec: bytes, calls: Calls) -> Busybody:
        return Busybody(name, beats, locks)

    runtime = InProcessRuntime(busybody)
    await runtime.start_part("host-0")
    await runtime.start_part("host-1")
    await asyncio.sleep(0.01)

    await runtime.kill("host-0")
    before = dict(beats)
    await asyncio.sleep(0.01)

    assert locks == {"host-1"}
    assert beats["host-0"] == before["host-0"]
    assert beats["host-1"] > before["host-1"]
    await runtime.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}
