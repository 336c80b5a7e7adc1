"""A host that was stopped while another took over wakes up, and writes nothing."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pysqlite3 import dbapi2 as sqlite

from engine.clock import SystemClock
from engine.domain import message
from engine.domain.duration import DAY
from engine.domain.event import Event
from tests.acceptance import shop
from tests.acceptance.engine_process import wait_until
from tests.acceptance.lone_host import AT_ONCE, LOST

ROOT = Path(__file__).parents[2]
STOPPED = 30.0 if os.environ.get("ACCEPTANCE_LONG") == "1" else 3.0
"""Seconds: longer than the two that every person waits here."""

Started = Callable[..., "Host"]


class Host:
    """A process with a ContactHost in it, and what it says that it has kept."""

    def __init__(self, folder: Path, name: str, *flags: str) -> None:
        self.file = folder / "0.db"
        self._said, self._complained = folder / f"{name}.out", folder / f"{name}.err"
        command = [sys.executable, "-m", "tests.acceptance.lone_host", str(folder / "workspace")]
        with self._said.open("wb") as out, self._complained.open("wb") as complaints:
            self.process = subprocess.Popen(
                [*command, str(self.file), name, *flags], cwd=ROOT, stdout=out, stderr=complaints
            )
        wait_until(lambda: self._said.read_text().startswith("open"), f"{name} is open")

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kept(self) -> list[str]:
        return self._said.read_text().splitlines()[1:]

    def complaints(self) -> str:
        return self._complained.read_text()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """Starts hosts on one file; kills what a test leaves."""
    shop.write(tmp_path / "workspace", "mailbox")
    hosts: list[Host] = []

    def start(name: str, *flags: str) -> Host:
        hosts.append(Host(tmp_path, name, *flags))
        return hosts[-1]

    yield start
    for host in hosts:
        host.process.kill()
        host.process.wait()


def read(file: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite.connect(f"{file.as_uri()}?mode=ro", uri=True)) as store:
        return list(store.execute(question))


def content(file: Path) -> tuple[str, str]:
    """Every byte of the store: the file's, and those of its write-ahead log."""
    wal = file.with_name(f"{file.name}-wal")
    return sha256(file.read_bytes()).hexdigest(), sha256(wal.read_bytes()).hexdigest()


def stop_between_commits(host: Host) -> None:
    """Stopped inside a commit it would hold SQLite's own lock, and nobody could take over."""
    with closing(sqlite.connect(host.file, timeout=0)) as other:
        while True:
            host.signal(signal.SIGSTOP)
            time.sleep(0.05)
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite.OperationalError:
                host.signal(signal.SIGCONT)
            else:
                other.execute("ROLLBACK")
                return


def push(host: Host) -> None:
    before = len(host.kept())
    host.signal(signal.SIGUSR1)
    wait_until(lambda: len(host.kept()) >= before + AT_ONCE, "its events are kept")


def events(file: Path) -> Counter[str]:
    found = (message.decode(body) for (body,) in read(file, "SELECT body FROM log"))
    return Counter(event.message_id for event in found if isinstance(event, Event))


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.parametrize("flags", [["flood"], []], ids=["under load", "with timers alone"])
def test_a_stopped_host_that_wakes_after_its_successor_writes_nothing_and_ends(
    started: Started, flags: list[str]
) -> None:
    old = started("old", *flags)
    push(old)
    stop_between_commits(old)
    new = started("new")
    push(new)
    time.sleep(STOPPED)
    soon = SystemClock().now() + DAY
    due = f"SELECT * FROM wakeup WHERE due < {soon}"
    wait_until(lambda: read(new.file, due) == [], "all timers of runs have fired")
    before = content(new.file)

    old.signal(signal.SIGCONT)
    code = old.process.wait(30)

    assert (code, content(new.file)) == (LOST, before)
    assert "A newer owner has taken" in old.complaints()
    push(new)
    kept = old.kept() + new.kept()
    assert events(new.file) == dict.fromkeys(kept, 1)
