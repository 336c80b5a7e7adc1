"""A small engine of toys, run as a process of its own: ``python -m tests.toys.up FOLDER``."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from engine.runtime.processes.keeper import LOST, RESTARTS
from engine.runtime.processes.supervisor import RuntimeLost, Supervisor
from engine.runtime.ray_runtime import RayRuntime


async def up(folder: Path) -> int:
    runtime = RayRuntime("tests.toys.parts:toy", str(folder).encode())
    supervisor = Supervisor(runtime, ["sender", "host-0"])
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    await supervisor.start()
    state = {
        "driver": os.getpid(),
        "services": [one.pid for one in runtime._services],
        "restarts": os.environ.get(RESTARTS, ""),
        **runtime.pids(),
    }
    (folder / "state.new").write_text(json.dumps(state))
    (folder / "state.new").replace(folder / "state.json")
    watching = asyncio.ensure_future(supervisor.run())
    await asyncio.wait(
        [watching, asyncio.ensure_future(stopping.wait())], return_when=asyncio.FIRST_COMPLETED
    )
    await supervisor.stop()
    try:
        await watching
    except RuntimeLost as lost:
        sys.stdout.write(f"{lost}\n")
        return LOST
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(up(Path(sys.argv[1]))))
