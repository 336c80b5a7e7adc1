"""The benchmark: which parts there are, in which order, and what they answer together."""

import asyncio
import os
import platform
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pysqlite3

from engine.domain.definitions import Definitions
from tests.benchmarks import hot_path, throughput
from tests.benchmarks.sample import Sample, definitions_of
from tests.benchmarks.throughput import Sizes
from tests.benchmarks.workload import Workload

Report = dict[str, Any]
Tell = Callable[[str], None]
PARTS = ("throughput",)
PROFILED = Sizes(contacts=20_000, base=60_000, events=20_000)


class Options(NamedTuple):
    contacts: int = 100_000
    base: int = 300_000
    events: int = 60_000
    only: tuple[str, ...] = PARTS
    profile: bool = False
    runtime: str = "ray"


QUICK = Options(contacts=5_000, base=15_000, events=10_000)


class Bench:
    """``tell`` is shown while it runs."""

    def __init__(self, options: Options, tell: Tell) -> None:
        self._options = options
        self._tell = tell
        self._sizes = Sizes(options.contacts, options.base, options.events)
        self._workload = Workload()
        self._definitions: Definitions = definitions_of(self._workload)
        self._means: dict[str, float] = {}

    def run(self) -> Report:
        self._tell("counting what a mean event does")
        sizes = self._sizes
        sample = Sample(self._workload, self._definitions)
        self._means = sample.live(sizes.base / sizes.contacts, sizes.events / sizes.contacts)
        report: Report = {"machine": _machine(), "workload": self._described()}
        with TemporaryDirectory(prefix="relance-bench-") as folder:
            for part in self._options.only:
                report |= getattr(self, f"_{part}")(Path(folder) / part)
        if self._options.profile:
            report["profile"] = self._profile()
        return report

    def _described(self) -> Report:
        return {
            "file": str(self._workload.path),
            **self._workload.sizes(),
            "contacts": self._sizes.contacts,
            "base_events": self._sizes.base,
            "events": self._sizes.events,
            "a_mean_event": self._means,
        }

    def _throughput(self, folder: Path) -> Report:
        """The floor runs before and after the engine; the faster run is the one that counts."""
        folder.mkdir()
        workload, sizes = self._workload, self._sizes
        self._tell("floor, before the engine")
        before = throughput.floor_rate(workload, sizes, folder)
        self._tell("engine: base, then throughput")
        cost = self._means["resident_cost"]
        engine = throughput.measure(workload, sizes, cost, folder, self._options.runtime)
        self._tell("floor, after the engine")
        after = throughput.floor_rate(workload, sizes, folder)
        self._tell("floor on repeated batches")
        repeated = throughput.repeated_floor_rate(workload, sizes, folder)
        floor = max(before, after, key=lambda one: one["events_per_second"])
        rates = [before["events_per_second"], after["events_per_second"]]
        shares = {
            "of_floor": engine["events_per_second"] / floor["events_per_second"],
            "of_repeated_floor": engine["events_per_second"] / repeated["events_per_second"],
        }
        return {
            "floor": {**floor, "runs": rates, "repeated_batches": repeated},
            "throughput": {**engine, **shares},
        }

    def _profile(self) -> Report:
        self._tell("profile of the hot path")
        return asyncio.run(hot_path.measure(self._workload, self._definitions, *PROFILED))


def _machine() -> Report:
    return {
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": pysqlite3.sqlite_version,
        "load_before": os.getloadavg()[0],
    }


def text() -> str:
    """The workload as it is written."""
    return Workload().text


def run(options: Options, tell: Tell) -> Report:
    return Bench(options, tell).run()
