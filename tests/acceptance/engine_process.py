"""The engine as its operator runs it: ``relance up``, its processes, and the ways in which they end."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from engine.bootstrap import init_data
from engine.offline import create_key
from engine.rpc.client import Relance
from engine.settings import SQLITE, Runtime, Settings, Store

RELANCE = Path(sys.executable).parent / "relance"
TITLES = {
    "host": "ray::ContactHost",
    "coordinator": "ray::Coordinator",
    "sender": "ray::Sender",
    "raylet": "raylet",
}
READY = 90.0
PATIENCE = 60.0


class Engine:
    """One workspace on one data folder, started as often as the test likes, at fixed addresses."""

    def __init__(
        self, workspace: Path, folder: Path, runtime: str, hosts: int = 1, store: str = SQLITE
    ) -> None:
        self.data = folder / "data"
        self.grpc, self.http = free_address(), free_address()
        init_data(self.data, Settings(runtime=Runtime(hosts=hosts), store=Store(url=store)))
        self.key = create_key(self.data, "server", "shop")
        self.admin = create_key(self.data, "admin", "operator")
        self._seen: dict[tuple[int, float], psutil.Process] = {}
        self._log = (folder / "up.log").open("ab")
        self._command = [
            str(RELANCE), "up", "--workspace", str(workspace), "--data", str(self.data),
            "--runtime", runtime, "--grpc", self.grpc, "--http", self.http, "--json",
        ]  # fmt: skip
        self._up: psutil.Popen | None = None

    def start(self) -> dict[str, Any]:
        """Answers its ready line."""
        self._up = psutil.Popen(self._command, stdout=subprocess.PIPE, stderr=self._log)
        line = self._up.stdout.readline()
        assert line, (
            f"it ended with {self._up.wait()}:\n{Path(self._log.name).read_text()[-2_000:]}"
        )
        self.family()
        return dict(json.loads(line))

    def stop(self) -> int:
        """SIGTERM, as an operator; answers the exit code."""
        assert self._up
        self.family()
        self._up.send_signal(signal.SIGTERM)
        code = int(self._up.wait(PATIENCE))
        self._up.stdout.close()
        self._up = None
        return code

    def close(self) -> None:
        """After a test, however it went."""
        if self._up is not None:
            self.kill_everything()
        self._log.close()

    def family(self) -> list[psutil.Process]:
        """The process that was started and all below it that run."""
        assert self._up
        with suppress(psutil.NoSuchProcess):
            found = [psutil.Process(self._up.pid), *self._up.children(recursive=True)]
            for one in found:
                with suppress(psutil.NoSuchProcess):
                    self._seen[one.pid, one.create_time()] = one
            return found
        return []

    def left(self) -> list[psutil.Process]:
        """Of all processes ever seen, those that still run."""
        return [one for one in self._seen.values() if runs(one)]

    def processes(self, part: str) -> list[psutil.Process]:
        """The processes of a part, as the process table has them now."""
        return [one for one in self.family() if _title(one).startswith(TITLES[part])]

    def kill(self, process: psutil.Process) -> None:
        """kill -9, and wait until it is gone."""
        process.kill()
        wait_until(lambda: not runs(process), f"{process} is dead")

    def kill_everything(self) -> None:
        """The first process first: the kernel and nobody else ends the others."""
        assert self._up
        family = self.family()
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        self._up.wait(PATIENCE)
        self._up.stdout.close()
        self._up = None
        wait_until(lambda: not self.left(), "the whole family is dead")

    def client(self) -> Relance:
        return Relance(self.grpc, self.key)

    def operator(self) -> Relance:
        return Relance(self.grpc, self.admin)


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def wait_until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"after {patience:g} s it still does not hold that {what}")
        time.sleep(0.02)


def runs(process: psutil.Process) -> bool:
    """Whether it still does anything; a zombie does not."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _title(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        line = process.cmdline()
        return Path(line[0]).name if line else ""
    return ""


def engine(workspace: Path, folder: Path, runtime: str, hosts: int = 1) -> Iterator[Engine]:
    """For a fixture: started, and gone afterwards."""
    made = Engine(workspace, folder, runtime, hosts)
    try:
        made.start()
        yield made
    finally:
        made.close()
