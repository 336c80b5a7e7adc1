"""An engine on Ray as an operator meets it: hostile surroundings, killed services, a clean end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

KEEP = "import sys; from engine.runtime.processes.keeper import keep; sys.exit(keep(sys.argv[1:]))"

pytestmark = [pytest.mark.ray, pytest.mark.slow]


class Engine:
    """A keeper, its engine of toys, and the processes that they reported."""

    def __init__(self, folder: Path, surroundings: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", KEEP, sys.executable, "-m", "tests.toys.up", str(folder)],
            cwd=surroundings,
            env={
                "PATH": os.environ["PATH"],
                "HOME": "/proc/nowhere",
                "RAY_ADDRESS": "192.0.2.1:6379",
                "RAY_AUTH_TOKEN_PATH": "/proc/nowhere",
            },
        )

    def state(self, restarts: int) -> dict[str, Any]:
        """What the engine wrote once it was up for the n-th time."""
        while True:
            assert self.process.poll() is None, "the keeper ended"
            path = self.folder / "state.json"
            if path.exists():
                state: dict[str, Any] = json.loads(path.read_text())
                if state["restarts"] == str(restarts):
                    return state
            time.sleep(0.05)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    folder = tmp_path / ("deep" * 20) / "data"
    folder.mkdir(parents=True)
    engine = Engine(folder, tmp_path)
    yield engine
    with engine.process:
        engine.process.terminate()


def listening(process: psutil.Process) -> set[str]:
    return {
        one.laddr.ip for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN
    }


def test_an_engine_starts_closed_comes_back_from_the_loss_of_ray_and_leaves_nothing(
    engine: Engine,
) -> None:
    first = engine.state(restarts=0)
    family = engine.family()

    assert {process.pid for process in family} >= {first["sender"], first["host-0"]}
    assert {"ray::Sender", "ray::ContactHost"} <= {process.name() for process in family}
    assert set().union(*map(listening, family)) <= {"127.0.0.1", "::ffff:127.0.0.1"}

    for service in range(2):
        before = engine.state(restarts=service)
        old = engine.family()
        os.kill(before["services"][service], signal.SIGKILL)
        engine.state(restarts=service + 1)
        assert not any(process.is_running() for process in old)

    family = engine.family()
    engine.process.terminate()
    assert engine.process.wait() == 0
    assert not any(process.is_running() for process in family)
    assert (engine.folder / "notes").read_text().endswith("host-0 stopped\nsender stopped\n")
