"""The keeper as an operator meets it: real processes, real signals."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

KEEP = "import sys; from engine.runtime.processes.keeper import keep; sys.exit(keep(sys.argv[1:]))"


class Kept:
    """A keeper over a Python program that is given ``folder`` as its argument."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, program: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", program, str(self.folder)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", KEEP, *command], text=True, stderr=subprocess.PIPE
        )
        return self.process

    def written(self, name: str) -> str:
        """What the program wrote to a file, once it did."""
        path = self.folder / name
        while not (path.exists() and path.read_text()):
            assert self.process.poll() is None, "the keeper ended"
            time.sleep(0.02)
        return path.read_text()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path)
    yield kept
    with kept.process:
        kept.process.kill()


WRITE = """
import os, sys, time, signal, pathlib, subprocess
folder = pathlib.Path(sys.argv[1])
def write(name, text):
    (folder / "new").write_text(str(text)); (folder / "new").rename(folder / name)
restarts = os.environ["RELANCE_RESTARTS"]
"""


def gone(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def ends(pid: int) -> None:
    while not gone(pid):
        time.sleep(0.02)


@pytest.mark.parametrize("code", [0, 2])
def test_a_good_end_and_a_configuration_error_are_final(kept: Kept, code: int) -> None:
    process = kept.start(WRITE + f"write('run' + restarts, 1); sys.exit({code})")

    assert process.wait() == code
    assert [path.name for path in kept.folder.iterdir()] == ["run0"]


def test_a_killed_engine_is_started_again_and_what_it_left_is_ended(kept: Kept) -> None:
    kept.start(
        WRITE
        + "orphan = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        + "write('orphan' + restarts, orphan.pid); write('run' + restarts, os.getpid())\n"
        + "time.sleep(600)"
    )
    first, orphan = int(kept.written("run0")), int(kept.written("orphan0"))

    os.kill(first, signal.SIGKILL)

    assert int(kept.written("run1")) != first
    assert gone(orphan)
    last = int(kept.written("orphan1"))
    kept.process.send_signal(signal.SIGTERM)
    assert kept.process.wait() == 128 + signal.SIGTERM
    assert gone(last)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_request_to_end_lets_the_engine_drain(kept: Kept, number: signal.Signals) -> None:
    kept.start(
        WRITE
        + "def drain(*_): write('drained', 1); sys.exit(0)\n"
        + "signal.signal(signal.SIGTERM, drain); write('run', 1); time.sleep(600)"
    )
    kept.written("run")

    kept.process.send_signal(number)

    assert kept.process.wait() == 0
    assert (kept.folder / "drained").exists()


def test_an_engine_that_keeps_failing_is_given_up_with_its_code(kept: Kept) -> None:
    process = kept.start(WRITE + "write('run' + restarts, 1); sys.exit(7)")

    _, said = process.communicate()

    assert process.returncode == 7
    assert len(list(kept.folder.iterdir())) == 5
    assert "failed 5 times within 60 s, last with 7; given up" in said


def test_a_killed_keeper_takes_its_engine_with_it(kept: Kept) -> None:
    kept.start(WRITE + "write('run', os.getpid()); time.sleep(600)")
    engine = int(kept.written("run"))

    kept.process.kill()
    kept.process.wait()

    ends(engine)
