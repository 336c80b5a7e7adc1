"""A store when its process is killed, stopped, or runs out of disk."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.errors import StoreLocked
from engine.ports.host_store import HostStore, Opening, WakeUp
from tests.unit.store.committer import store_at

ROOT = Path(__file__).parents[3]
ROWS = 20
CONTACT = 1 << 16

Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A file, or the URL of a database."""
    if request.param == "sqlite":
        return str(tmp_path / "host-0.db")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def committer(place: str) -> Iterator[Started]:
    """Starts a process that owns the store; kills what a test leaves running."""
    started: list[subprocess.Popen[str]] = []

    def start(limit: int = 0) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.unit.store.committer", place, str(limit)]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        started.append(process)
        assert said(process) == "open"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(word + "\n")
    process.stdin.flush()


def opened(store: HostStore) -> Opening:
    """Once whatever a killed process left to the server has ended."""
    for _ in range(50):
        try:
            return store.open("successor")
        except StoreLocked:
            time.sleep(0.1)
    return store.open("successor")


def assert_whole(store: HostStore, batches: int) -> None:
    """Exactly these batches, each with all of its parts."""
    last = batches * ROWS
    assert [row.id for row in store.log(0, last + 1)] == list(range(1, last + 1))
    contact = store.contacts([CONTACT])[CONTACT]
    assert (contact.state, contact.last[0]) == (b"%d" % (batches - 1), last)
    assert store.wakeups(WakeUp(0, 0), last, 9) == [WakeUp(batches, CONTACT)]


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 40, 333])
def test_what_was_reported_committed_is_there_after_kill_9(
    committer: Started, place: str, after: int
) -> None:
    process = committer()
    tell(process, "go")
    reported = -1
    while reported < after:
        reported = int(said(process))
    process.kill()
    reported = int(([str(reported), *process.communicate()[0].split()])[-1])
    store = store_at(place)
    batches = opened(store).now
    assert batches - (reported + 1) in (0, 1)
    assert_whole(store, batches)
    store.close()


@pytest.mark.slow
def test_a_stopped_owner_that_wakes_after_its_successor_writes_nothing(
    committer: Started, place: str
) -> None:
    process = committer()
    tell(process, "one")
    assert said(process) == "0"
    os.kill(process.pid, signal.SIGSTOP)
    successor = store_at(place, fence_only=True)
    assert opened(successor).epoch == 2
    os.kill(process.pid, signal.SIGCONT)
    tell(process, "one")
    assert said(process) == "E-OWNERSHIP-LOST"
    process.communicate()
    assert_whole(successor, 1)
    successor.close()


@pytest.mark.slow
def test_the_lock_names_the_live_process_and_goes_with_it(committer: Started, place: str) -> None:
    process = committer()
    store = store_at(place)
    with pytest.raises(StoreLocked, match=rf"in use by .*process {process.pid}") as caught:
        store.open("successor")
    assert "committer" in str(caught.value)
    process.kill()
    process.wait()
    assert opened(store).epoch == 2
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_write_error_of_the_disk_ends_in_store_full_and_leaves_whole_batches(
    committer: Started, place: str
) -> None:
    process = committer(300_000)
    tell(process, "go")
    *numbers, code = process.communicate()[0].split()
    assert code == "E-STORE-FULL"
    store = store_at(place)
    opened(store)
    assert_whole(store, len(numbers))
    store.close()
