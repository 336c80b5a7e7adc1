"""The engine as its user starts it: ``relance up`` as a process of its own, on a data folder of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from engine.errors import EngineError

STARTS = 90.0
"""Seconds in which it must be ready: Ray takes ten on a slow machine."""
STOPS = 30.0
TOLD = 20
"""Lines of its log that are shown when it fails."""


class Running(NamedTuple):
    """Addresses of its doors, and its data folder, whose control socket needs no key."""

    grpc: str
    http: str
    data: Path

    @property
    def control(self) -> str:
        return f"unix:{self.data / 'control.sock'}"


@asynccontextmanager
async def engine(
    folder: Path, workspace: Path, settings: Mapping[str, str]
) -> AsyncIterator[Running]:
    """``settings`` are RELANCE_ variables; those of the surroundings do not count.

    Raises EngineError with the end of its log when it cannot start.
    """
    data, log = folder / "data", folder / "engine.log"
    surroundings = {name: v for name, v in os.environ.items() if not name.startswith("RELANCE_")}
    options = ("up", "--workspace", str(workspace), "--data", str(data), "--json")
    with log.open("wb") as file:
        process = await _start(options, {**surroundings, **settings}, file)
        try:
            yield await _ready(process, data, log)
        finally:
            await _stop(process)


async def _start(
    options: tuple[str, ...], environ: dict[str, str], log: IO[bytes]
) -> asyncio.subprocess.Process:
    """In a session of its own: Ctrl-C is ours, and we stop it in order."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "engine", *options, env=environ, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=log, start_new_session=True,
    )  # fmt: skip


async def _ready(process: asyncio.subprocess.Process, data: Path, log: Path) -> Running:
    line = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(STARTS):
            line = await process.stdout.readline() if process.stdout else b""
    if not line:
        raise EngineError(f"the engine did not start; its log ends with\n{tail(log)}")
    state = msgspec.json.decode(line)
    return Running(state["grpc"], state["http"], data)


def tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-TOLD:])


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Let it drain; kill it when it does not."""
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(STOPS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
