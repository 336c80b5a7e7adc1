"""Events per second from RPC to commit, beside the floor on the same base in the same run."""

from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from tests.benchmarks import floor
from tests.benchmarks.children import Load
from tests.benchmarks.effort import spent
from tests.benchmarks.running import Running
from tests.benchmarks.workload import Workload

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


def engine_rate(running: Running, sizes: Sizes) -> dict[str, Any]:
    """The base is pushed first; then the clock runs from the first push to the last answer."""
    base = [
        Load(running, sizes.contacts, start, many).go() for start, many in stretches(0, sizes.base)
    ]
    before = running.settled()
    load = Load(running, sizes.contacts, sizes.base, sizes.events)
    effort = running.efforts()
    answer = load.go()
    processes = spent(effort, running.efforts(), answer["seconds"], sizes.events)
    after = running.client.status()
    kept = after["events"]["accepted"] - before["events"]["accepted"]
    if not kept == answer["accepted"] == sizes.events:
        raise RuntimeError(f"{sizes.events} pushed, {answer['accepted']} answered, {kept} kept")
    return {
        "events_per_second": sizes.events / answer["seconds"],
        "base_events_per_second": sizes.base / max(1e-9, sum(one["seconds"] for one in base)),
        "seconds": answer["seconds"],
        "busy_answers": answer["busy"],
        "generator_cpu_us": answer["cpu_seconds"] / sizes.events * 1e6,
        "processes": processes,
        **_moved(before, after, sizes),
    }


def _moved(before: dict[str, Any], after: dict[str, Any], sizes: Sizes) -> dict[str, float]:
    """What the engine's own counters say of the measured events."""

    def grown(*path: str) -> int:
        old: Any = before
        new: Any = after
        for name in path:
            old, new = old[name], new[name]
        return int(new) - int(old)

    held = total(after, "residents", "contacts")
    activated = total(after, "residents", "activated") - total(before, "residents", "activated")
    return {
        "runs_started_per_event": grown("runs", "entered") / sizes.events,
        "sends_per_event": grown("messages", "intended") / sizes.events,
        "log_rows_per_event": (total(after, "log") - total(before, "log")) / sizes.events,
        "contacts_not_resident": 1 - held / max(1, after["contacts"]),
        "events_that_activate": activated / sizes.events,
    }


def total(status: dict[str, Any], *path: str) -> int:
    """A figure of all hosts together."""
    figures = status["hosts"]
    for name in path:
        figures = [host[name] for host in figures]
    return sum(figures)


def floors(workload: Workload, sizes: Sizes, folder: Path) -> dict[str, dict[str, float]]:
    return {
        "same_events": floor_rate(workload, sizes, folder),
        "repeated_batches": repeated_floor_rate(workload, sizes, folder),
    }


def better(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Of two runs the faster one counts, form by form: what disturbed the other was not the floor."""

    def best(form: str) -> dict[str, Any]:
        return max(before[form], after[form], key=lambda run: run["events_per_second"])

    runs = [run["same_events"]["events_per_second"] for run in (before, after)]
    return {**best("same_events"), "runs": runs, "repeated_batches": best("repeated_batches")}


def shares(engine: dict[str, Any], floor: dict[str, Any]) -> dict[str, float]:
    repeated = floor["repeated_batches"]["events_per_second"]
    return {
        "of_floor": engine["events_per_second"] / floor["events_per_second"],
        "of_floor_on_repeated_batches": engine["events_per_second"] / repeated,
    }
