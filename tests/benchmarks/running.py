"""The real engine as a process for the benchmark: started, watched and stopped from outside."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psutil

from engine.bootstrap import init_data
from engine.offline import create_key
from engine.rpc.client import Relance
from engine.settings import SQLITE, Email, Runtime, Settings, Store
from tests.benchmarks.effort import Effort, efforts

CHECKOUT = Path(__file__).parents[2]
PATIENCE = 180.0
"""Seconds until an engine with a million contacts must be ready."""
TAIL = 2_000
"""Characters of the engine's log that go with an error."""
RAY = {"raylet", "gcs_server"}


class Running:
    """``seconds`` is how long it took from the start of the process until it was ready."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", ready: dict[str, Any], data: Path, key: str
    ) -> None:
        self.seconds = 0.0
        self.data = data
        self.key = key
        self.grpc: str = ready["grpc"]
        self.client = Relance(f"unix:{data}/control.sock", timeout=60.0)
        self._process = process
        self._parts: dict[str, int] = ready["pids"]

    def processes(self) -> Iterator[tuple[str, psutil.Process]]:
        """Every process of the engine under a name: its part, or what of Ray it is."""
        parts = {pid: name for name, pid in self._parts.items()}
        supervisor = psutil.Process(self._process.pid)
        yield "supervisor", supervisor
        for child in supervisor.children(recursive=True):
            name = child.name()
            yield parts.get(child.pid) or (name if name in RAY else "ray, other"), child

    def efforts(self) -> dict[str, Effort]:
        return efforts(self.processes())

    def resident_bytes(self, part: str) -> int:
        return int(psutil.Process(self._parts[part]).memory_info().rss)

    def settled(self, patience: float = 60.0) -> dict[str, Any]:
        """Status once nothing is under way any more. Raises RuntimeError when that does not come."""
        until = time.monotonic() + patience
        while True:
            status = self.client.status()
            if not (status["hops"] or status["messages"]["queued"]):
                return status
            if time.monotonic() > until:
                raise RuntimeError(f"still under way: {status['hops']} hops, {status['messages']}")
            time.sleep(0.2)


@contextmanager
def engine(
    workspace: Path, data: Path, settings: Settings, runtime: str = "ray"
) -> Iterator[Running]:
    """``relance up`` on free ports; ended by SIGTERM, and for good when it does not follow."""
    init_data(data, settings)
    key = create_key(data, "server", "bench")
    command = [sys.executable, "-m", "engine", "up", "--once", "--json", f"--runtime={runtime}"]
    command += ["--workspace", str(workspace), "--data", str(data)]
    begun = time.monotonic()
    log = (data.parent / "engine.log").open("ab")
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=log, env=_environ(settings), cwd=CHECKOUT
    )
    try:
        ready = msgspec.json.decode(_first_line(process))
        running = Running(process, ready, data, key)
        running.seconds = time.monotonic() - begun
        _await_rulebook(running)
        yield running
        running.client.close()
    except Exception as error:
        tail = Path(log.name).read_text(encoding="utf-8")[-TAIL:]
        error.add_note(f"the engine said last:\n{tail}")
        raise
    finally:
        _end(process)
        assert process.stdout is not None
        process.stdout.close()
        log.close()


def _environ(settings: Settings) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RELANCE_")}
    return kept | {
        "RELANCE_RUNTIME__MEMORY": str(settings.runtime.memory),
        "RELANCE_RUNTIME__PLACEMENT": settings.runtime.placement,
        "RELANCE_RUNTIME__DEDICATED_LIMIT": str(settings.runtime.dedicated_limit),
        "RELANCE_STORE__URL": settings.store.url,
        "RELANCE_EMAIL__ROUTE": settings.email.route,
        "RELANCE_RPC__GRPC": "127.0.0.1:0",
        "RELANCE_RPC__HTTP": "127.0.0.1:0",
    }


def _first_line(process: "subprocess.Popen[bytes]") -> bytes:
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], PATIENCE)
    line = process.stdout.readline() if readable else b""
    if not line:
        raise RuntimeError("the engine did not start")
    return line


def _await_rulebook(running: Running) -> None:
    while not running.client.health():
        time.sleep(0.05)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(60.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def settings_for(
    memory: int, route: str = "mailbox", store: str = SQLITE, hosts: int = 1
) -> Settings:
    return Settings(
        runtime=Runtime(memory=memory // hosts, hosts=hosts),
        email=Email(route=route),
        store=Store(url=store),
    )
