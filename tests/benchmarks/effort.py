"""What each process of the engine spends: seconds on a CPU, and seconds in which it waited for one."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import psutil

NANO = 1e-9


class Effort(NamedTuple):
    """``waited``: runnable while the CPUs did something else (Linux; 0 elsewhere). Sums of all threads."""

    cpu: float = 0.0
    waited: float = 0.0


def efforts(processes: Iterable[tuple[str, psutil.Process]]) -> dict[str, Effort]:
    """So far, by name; processes of one name are added up."""
    found: dict[str, Effort] = {}
    for name, process in processes:
        cpu, waited = found.get(name, Effort())
        times = process.cpu_times()
        found[name] = Effort(cpu + times.user + times.system, waited + _waited(process.pid))
    return found


def _waited(pid: int) -> float:
    """The second field of each thread's schedstat (kernel documentation, sched-stats)."""
    seconds = 0.0
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            seconds += int(thread.read_text().split()[1]) * NANO
        except OSError:
            continue  # the thread has ended
    return seconds


def spent(
    before: dict[str, Effort], after: dict[str, Effort], seconds: float, count: int
) -> dict[str, dict[str, float]]:
    """Of one stretch of ``seconds`` with ``count`` items; the most busy first.

    ``busy`` and ``waits`` are shares of the stretch.
    """
    grown = {
        name: Effort(
            e.cpu - before.get(name, Effort()).cpu, e.waited - before.get(name, Effort()).waited
        )
        for name, e in after.items()
    }
    ordered = sorted(grown.items(), key=lambda item: -item[1].cpu)
    return {
        name: {
            "cpu_us": effort.cpu / count * 1e6,
            "busy": effort.cpu / seconds,
            "waits_for_cpu": effort.waited / seconds,
        }
        for name, effort in ordered
        if effort.cpu > 0
    }
