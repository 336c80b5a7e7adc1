"""Events per second from RPC to commit, beside the floor on the same base in the same run."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec

from tests.benchmarks import floor
from tests.benchmarks.running import CHECKOUT, Running, engine, settings_for
from tests.benchmarks.workload import Workload

RESIDENT = 0.8
"""Share of the contacts that the memory budget holds."""
REPEATED = 40
CHUNK = 100_000
"""Events of the base that are made at once."""


class Sizes(NamedTuple):
    """``base`` events are kept before the ``events`` that are measured."""

    contacts: int
    base: int
    events: int


def stretches(first: int, count: int) -> Iterator[tuple[int, int]]:
    """Events ``first`` and on, in pieces of at most CHUNK: (first, how many)."""
    for start in range(first, first + count, CHUNK):
        yield start, min(CHUNK, first + count - start)


def floor_rate(workload: Workload, sizes: Sizes, folder: Path) -> dict[str, float]:
    """Fed with the very events that the engine gets."""

    def bodies(first: int, count: int) -> Iterable[bytes]:
        for start, many in stretches(first, count):
            yield from floor.bodies(workload.events(sizes.contacts, start, many))

    with TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "floor.db"
        return floor.measure(path, bodies(0, sizes.base), bodies(sizes.base, sizes.events))


def repeated_floor_rate(workload: Workload, sizes: Sizes, folder: Path) -> dict[str, float]:
    """Fed with 40 batches again and again: a commit then touches contacts that lie side by side."""
    drawn = workload.events(sizes.contacts, sizes.base, REPEATED * floor.BATCH)
    made = list(floor.bodies(drawn))

    def bodies(count: int) -> Iterable[bytes]:
        return islice(cycle(made), max(1, count // floor.BATCH))

    with TemporaryDirectory(dir=folder) as place:
        return floor.measure(Path(place) / "floor.db", bodies(sizes.base), bodies(sizes.events))


@contextmanager
def smtp_sink() -> Iterator["subprocess.Popen[str]"]:
    """Its stdin takes questions; see ``smtp_sink``."""
    process = _child("smtp_sink.py")
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _child(script: str, *options: object) -> "subprocess.Popen[str]":
    command = [sys.executable, str(Path(__file__).with_name(script)), *map(str, options)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    )


class Load:
    """A load generator that has its requests ready and waits for ``go``."""

    def __init__(
        self, running: Running, first: int, events: int, contacts: int, **rest: Any
    ) -> None:
        options = {"grpc": running.grpc, "contacts": contacts, "first": first, "events": events}
        given = [f"--{name}={value}" for name, value in (options | rest).items()]
        self._process = _child("generator.py", *given)
        self._say(running.key)
        if self._hear().strip() != "ready":
            raise RuntimeError("the load generator did not get ready")

    def go(self) -> dict[str, Any]:
        self._say("go")
        answer: dict[str, Any] = msgspec.json.decode(self._hear())
        self._process.wait()
        return answer

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def engine_rate(running: Running, sizes: Sizes) -> dict[str, Any]:
    """The base is pushed first; then the clock runs from the first push to the last answer."""
    base = [
        Load(running, start, many, sizes.contacts).go() for start, many in stretches(0, sizes.base)
    ]
    before = running.settled()
    load = Load(running, sizes.base, sizes.events, sizes.contacts)
    cpu = running.cpu()
    answer = load.go()
    used = {name: seconds - cpu.get(name, 0.0) for name, seconds in running.cpu().items()}
    after = running.client.status()
    kept = after["events"]["accepted"] - before["events"]["accepted"]
    if not kept == answer["accepted"] == sizes.events:
        raise RuntimeError(f"{sizes.events} pushed, {answer['accepted']} answered, {kept} kept")
    used["generator"] = answer["cpu_seconds"]
    return {
        "events_per_second": sizes.events / answer["seconds"],
        "base_events_per_second": sizes.base / max(1e-9, sum(one["seconds"] for one in base)),
        "seconds": answer["seconds"],
        "busy_answers": answer["busy"],
        "cpu_us_per_event": {
            name: seconds / sizes.events * 1e6 for name, seconds in used.items() if seconds > 0
        },
        **_moved(before, after, sizes),
    }


def _moved(before: dict[str, Any], after: dict[str, Any], sizes: Sizes) -> dict[str, float]:
    """What the engine's own counters say of the measured events."""

    def grown(*path: str) -> int:
        old, new = before, after
        for name in path:
            old, new = old[name], new[name]
        return int(new) - int(old)  # type: ignore[call-overload]

    residents = after["hosts"][0]["residents"]
    activated = residents["activated"] - before["hosts"][0]["residents"]["activated"]
    return {
        "runs_started_per_event": grown("runs", "entered") / sizes.events,
        "sends_per_event": grown("messages", "intended") / sizes.events,
        "log_rows_per_event": (after["hosts"][0]["log"] - before["hosts"][0]["log"]) / sizes.events,
        "contacts_not_resident": 1 - residents["contacts"] / max(1, after["contacts"]),
        "events_that_activate": activated / sizes.events,
    }


def measure(
    workload: Workload, sizes: Sizes, cost: float, folder: Path, runtime: str
) -> dict[str, Any]:
    """``cost`` is the bytes of a resident contact; see ``sample``."""
    workspace = workload.write(folder / "workspace")
    memory = int(sizes.contacts * RESIDENT * cost)
    with smtp_sink() as sink:
        assert sink.stdout is not None
        route = f"smtp://127.0.0.1:{sink.stdout.readline().strip()}?starttls=never"
        with engine(workspace, folder / "data", settings_for(memory, route), runtime) as running:
            return engine_rate(running, sizes)
