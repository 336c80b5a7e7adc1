"""The benchmark: which parts there are, in which order, and what they answer together."""

import asyncio
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, NamedTuple

import pysqlite3

from engine.domain.rulebooks.definitions import Definitions
from engine.settings import SQLITE
from tests.benchmarks import (
    backfill,
    curve,
    edit,
    erase,
    hot_path,
    latency,
    million,
    throughput,
    verdict,
)
from tests.benchmarks.children import Load, Sink
from tests.benchmarks.million import Plan, Stored
from tests.benchmarks.running import Running, engine, settings_for
from tests.benchmarks.sample import RESIDENT, Sample, definitions_of
from tests.benchmarks.throughput import Sizes
from tests.benchmarks.workload import Workload

SMALLER = 5
LASTING = 1.25
"""The load lasts longer than the probes that are measured under it."""

Report = dict[str, Any]
Tell = Callable[[str], None]
PARTS = (
    "throughput",
    "latency",
    "timers",
    "memory",
    "backfill",
    "edit",
    "erase",
    "layers",
    "segments",
)
ON_POSTGRES = ("throughput", "latency")
"""The others write or open SQLite files themselves. The floor is the SQLite one there too."""


class Options(NamedTuple):
    """``timers`` contacts are stored, each with an armed timer; ``due`` of them fire, 1,000 a second.

    ``seconds`` is how long each latency is measured, ``residents`` how many contacts are brought
    into memory to weigh them; ``head_start`` see ``million.Plan``. ``calm``: seconds of live events
    before a rebuild of ``base`` rows begins. ``expired`` contacts are erased by retention.
    """

    contacts: int = 100_000
    base: int = 300_000
    events: int = 60_000
    timers: int = 1_000_000
    due: int = 60_000
    residents: int = 50_000
    seconds: float = 40.0
    head_start: float = 30.0
    calm: float = 10.0
    expired: int = 1_000
    only: tuple[str, ...] = PARTS
    profile: bool = False
    runtime: str = "ray"
    store: Literal["sqlite", "postgres"] = "sqlite"
    hosts: int = os.cpu_count() or 1


QUICK = Options(
    hosts=1,
    contacts=5_000,
    base=15_000,
    events=10_000,
    timers=20_000,
    due=5_000,
    residents=5_000,
    seconds=5.0,
    head_start=20.0,
    expired=100,
)


class Bench:
    """``tell`` is shown while it runs."""

    def __init__(self, options: Options, tell: Tell) -> None:
        self._options = options
        self._tell = tell
        self._sizes = Sizes(options.contacts, options.base, options.events)
        self._workload = Workload()
        self._definitions: Definitions = definitions_of(self._workload)
        self._sample = Sample(self._workload, self._definitions)

    def run(self) -> Report:
        self._tell("counting what a mean event does")
        sizes, asked = self._sizes, self._asked()
        means = self._sample.live(sizes.base / sizes.contacts, sizes.events / sizes.contacts)
        report: Report = {
            "machine": _machine(),
            "store": self._options.store,
            "hosts": self._options.hosts,
        }
        report["workload"] = self._described(means)
        with TemporaryDirectory(prefix="relance-bench-") as place:
            folder = Path(place)
            workspace = self._workload.write(folder / "workspace")
            if "throughput" in asked or "latency" in asked:
                memory = int(sizes.contacts * RESIDENT * means["resident_cost"])
                report |= self._loaded(folder / "loaded", workspace, memory)
            if "timers" in asked or "memory" in asked:
                report |= self._stored(folder / "stored", workspace)
            if "backfill" in asked:
                report["backfill"] = self._backfill(folder / "backfill")
            if "edit" in asked:
                report["edit"] = self._edited(folder / "edit")
            if "erase" in asked:
                report["erase"] = self._erased(folder / "erase")
        if "layers" in asked or (self._options.profile and self._options.store == SQLITE):
            report |= self._layers()
        if "segments" in asked:
            report["segments"] = self._segments(
                int(sizes.contacts * RESIDENT * means["resident_cost"])
            )
        report["what_takes_the_time"] = verdict.sentences(report)
        settled: Report = rounded(report)
        return settled

    def _asked(self) -> tuple[str, ...]:
        if self._options.store == SQLITE:
            return self._options.only
        return tuple(part for part in self._options.only if part in ON_POSTGRES)

    def _described(self, means: dict[str, float]) -> Report:
        return {
            "file": str(self._workload.path),
            **self._workload.sizes(),
            "contacts": self._sizes.contacts,
            "base_events": self._sizes.base,
            "events": self._sizes.events,
            "a_mean_event": means,
        }

    def _loaded(self, folder: Path, workspace: Path, memory: int) -> Report:
        """Floor, engine, floor; latency on the engine that carries the base already."""
        folder.mkdir()
        report: Report = {}
        judged = "throughput" in self._options.only
        before = self._floor("before", folder) if judged else {}
        with Sink() as sink, store_of(self._options.store) as url:
            settings = settings_for(memory, sink.route, url, self._options.hosts)
            with engine(workspace, folder / "data", settings, self._options.runtime) as running:
                self._tell("engine: base, then throughput")
                rate = throughput.engine_rate(running, self._sizes)
                report["throughput"] = {**rate, "start_s": running.seconds}
                if "latency" in self._options.only:
                    report["latency_ms"] = self._latency(running, sink, rate["events_per_second"])
        if judged:
            after = self._floor("after", folder)
            report["floor"] = throughput.better(before, after)
            report["throughput"] |= throughput.shares(rate, report["floor"])
        return report

    def _floor(self, when: str, folder: Path) -> Report:
        self._tell(f"floor, {when} the engine")
        return throughput.floors(self._workload, self._sizes, folder)

    def _latency(self, running: Running, sink: Sink, rate: float) -> Report:
        """Events of the load are numbered on from those that were pushed."""
        self._tell("latency, nearly idle and at half that load")
        running.settled()
        sink.arrived()
        seconds = self._options.seconds
        first, events = self._sizes.base + self._sizes.events, int(rate / 2 * seconds * LASTING)
        load = Load(running, self._sizes.contacts, first, events, rate=rate / 2, batch=latency.CALL)
        return latency.measure(running, sink, self._workload, self._sizes.contacts, load, seconds)

    def _stored(self, folder: Path, workspace: Path) -> Report:
        options = self._options
        report: Report = {}
        self._tell(f"writing {options.timers} contacts, each with an armed timer")
        due = min(options.due, options.timers)
        plan = Plan(options.timers, due, head_start=options.head_start)
        stored = Stored(folder, self._sample.contacts, plan)
        stored.write()
        if "timers" in options.only:
            self._tell("timers: waiting for those that are due")
            report["timers"] = million.timers(stored, workspace, options.runtime)
        if "memory" in options.only:
            self._tell("memory: bringing contacts in")
            residents = min(options.residents, options.timers - 1)
            weighed = million.memory(stored, self._workload, workspace, options.runtime, residents)
            report["memory"] = {"written_s": stored.seconds, **weighed}
        return report

    def _segments(self, memory: int) -> Report:
        """The curve at a fraction of the sizes; the engine with many segments between two floors."""
        self._tell("hosts with 10, 50, 200 and 1,000 segments in turn")
        sizes = (max(hot_path.LEAST, size // SMALLER) for size in self._sizes)
        found = curve.measure(self._workload, *sizes)
        wide = self._workload.widened(curve.JUDGED, curve.RULES)
        with TemporaryDirectory(prefix="relance-bench-") as place, Sink() as sink:
            folder = Path(place)
            workspace = wide.write(folder / "workspace")
            settings = settings_for(memory, sink.route, SQLITE, self._options.hosts)
            before = self._floor("before", folder)
            with engine(workspace, folder / "data", settings, self._options.runtime) as running:
                self._tell(f"engine with {curve.JUDGED} segments")
                rate = throughput.engine_rate(running, self._sizes)
            floor = throughput.better(before, self._floor("after", folder))
        judged = {
            "events_per_second": rate["events_per_second"],
            "floor": floor["events_per_second"],
        }
        judged |= throughput.shares(rate, floor)
        return {
            "score_rules": curve.RULES,
            "by_count": found,
            f"engine_with_{curve.JUDGED}": judged,
        }

    def _backfill(self, folder: Path) -> Report:
        options, sizes = self._options, self._sizes
        self._tell(f"writing {sizes.base} rows of {sizes.contacts} contacts; then they are rebuilt")
        plan = backfill.Plan(options.hosts, sizes.contacts, sizes.base, options.calm)
        return backfill.measure(folder, plan, options.runtime)

    def _edited(self, folder: Path) -> Report:
        options, contacts = self._options, self._sizes.contacts
        self._tell(f"{contacts} contacts enter a scenario; then it is edited while they wait")
        return edit.measure(
            folder, edit.Plan(options.hosts, contacts, options.calm), options.runtime
        )

    def _erased(self, folder: Path) -> Report:
        options, sizes = self._options, self._sizes
        self._tell(f"one of {sizes.contacts} contacts is erased, then {options.expired} at once")
        plan = erase.Plan(options.hosts, sizes.contacts, sizes.base, options.expired, options.calm)
        return erase.measure(folder, plan, options.runtime)

    def _layers(self) -> Report:
        """At a fraction of the sizes: all in one process, without Ray and gRPC."""
        self._tell("layers of the hot path")
        sizes = (max(hot_path.LEAST, size // SMALLER) for size in self._sizes)
        found = asyncio.run(hot_path.measure(self._workload, self._definitions, *sizes))
        profile = {"profile": found["profiles"]} if self._options.profile else {}
        return {"layers_cpu_us_per_event": found["layers"], **profile}


@contextmanager
def store_of(store: str) -> Iterator[str]:
    """Its URL; a PostgreSQL server of the benchmark's own, with its defaults, on the same disk."""
    if store == SQLITE:
        yield SQLITE
        return
    from tests.postgres_server import PostgresServer  # noqa: PLC0415 - not everywhere installed

    server = PostgresServer()
    try:
        yield server.url
    finally:
        server.end()


def rounded(value: Any) -> Any:
    """Figures as exact as they are measured: four digits."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value


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
