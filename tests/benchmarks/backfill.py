"""What a rebuild takes: how fast a log is scanned and taken over, and what live events feel of it."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from engine.bootstrap import init_data
from engine.domain.rulebooks.definitions import encode
from engine.loading.definitions import load
from engine.rpc.client import Relance
from tests.benchmarks import past
from tests.benchmarks.latency import quantile
from tests.benchmarks.running import Running, engine, settings_for

BEFORE = "scores:\n  - {score: heat, rules: [{event: Call Requested, points: 30}]}\n"
AFTER = """\
scores:
  - score: heat
    half_life: 14d
    rules:
      - {event: Call Requested, points: 30}
      - {event: Pricing Seen, points: 5}
      - {event: Paper Loaded, points: 15}
"""
SEGMENT = """\
segment: keen
condition:
  any:
    - {did: Page Read, at_least: 3, within: 14d}
    - all: [{did: Pricing Seen, within: 30d}, {did_not: Video Watched, within: 7d}]
"""
MEMORY = 2**28
"""Bytes of contacts that the hosts may hold together: most have to be read."""
PAUSE = 0.01
"""Seconds between two live events."""
LOOK = 0.5
"""Seconds between two looks at how far it is."""
PATIENCE = 1_800.0
MEGABYTE = 2**20
CHECKED = 500_000
"""Rows up to which the consistency check is run afterwards: it reads every one."""

Report = dict[str, Any]


class Watch:
    """Live events one after the other, and the most memory that a process has taken meanwhile."""

    def __init__(self, running: Running, contacts: int) -> None:
        self._running = running
        self._client = Relance(running.grpc, running.key, timeout=60.0)
        self._contacts = contacts
        self._first = 0
        self._sent = 0
        self._dice = random.Random(contacts)
        self.peaks: dict[str, float] = {}

    def live_from(self, first: int) -> None:
        """Contacts before this one do nothing."""
        self._first = first

    def until(self, over: Callable[[], bool], seconds: float) -> list[float]:
        """Seconds until each live event was kept."""
        found, end, look = list[float](), time.monotonic() + seconds, 0.0
        while time.monotonic() < end:
            if time.monotonic() >= look:
                self._weigh()
                if over():
                    return found
                look = time.monotonic() + LOOK
            found.append(self._told())
            time.sleep(PAUSE)
        return found

    def _told(self) -> float:
        self._sent += 1
        event = {
            "type": "track",
            "event": self._dice.choice(past.NAMES),
            "userId": past.key_of(self._dice.randrange(self._first, self._contacts)).partition(":")[
                2
            ],
            "messageId": f"live-{self._sent}",
        }
        begun = time.perf_counter()
        self._client.push([event])
        return time.perf_counter() - begun

    def _weigh(self) -> None:
        for name, size in self._sizes():
            self.peaks[name] = max(self.peaks.get(name, 0.0), size / MEGABYTE)

    def _sizes(self) -> Iterator[tuple[str, int]]:
        for name, process in self._running.processes():
            try:
                scanner = "engine.scanner" in process.cmdline()
                yield "scanner" if scanner else name, process.memory_info().rss
            except ProcessLookupError:
                continue


class Plan(NamedTuple):
    """``calm``: seconds of live events before the rebuild, to compare with."""

    hosts: int
    contacts: int
    rows: int
    calm: float


def measure(folder: Path, plan: Plan, runtime: str) -> Report:
    """A rebuild of a new segment and of a score whose rules change, beside live events."""
    folder.mkdir()
    data, workspace = folder / "data", folder / "workspace"
    workspace.mkdir()
    (workspace / "scoring.yaml").write_text(BEFORE, encoding="utf-8")
    settings = settings_for(MEMORY, hosts=plan.hosts)
    init_data(data, settings)
    seconds = past.written(data, plan.hosts, plan.contacts, plan.rows, load(workspace))
    with engine(workspace, data, settings, runtime) as running:
        report = _rebuilt(running, workspace, plan)
        if plan.rows <= CHECKED:
            report["findings"] = running.client.fsck()["findings"]
    return {**plan._asdict(), "written_s": seconds, "start_s": running.seconds, **report}


def _rebuilt(running: Running, workspace: Path, plan: Plan) -> Report:
    watch = Watch(running, plan.contacts)
    before = watch.until(lambda: False, plan.calm)
    (workspace / "segments").mkdir()
    (workspace / "segments" / "keen.yaml").write_text(SEGMENT, encoding="utf-8")
    (workspace / "scoring.yaml").write_text(AFTER, encoding="utf-8")
    told: Report = {}

    def look() -> Report:
        report: Report = running.client.status()["rebuild"]
        told.update(report)
        return report

    begun = time.monotonic()
    running.client.apply(encode(load(workspace)))
    scan = watch.until(lambda: _scanned(look()), PATIENCE)
    scanned = time.monotonic()
    taking = watch.until(lambda: not look(), PATIENCE)
    done = time.monotonic()
    [segment] = running.client.segments()
    return {
        "scan_s": scanned - begun,
        "rows_per_second": told["rows"] / (scanned - begun),
        "take_over_s": done - scanned,
        "contacts_per_second": plan.contacts / (done - scanned),
        "live_ms": {
            name: milliseconds(taken)
            for name, taken in (("before", before), ("scan", scan), ("take_over", taking))
        },
        "peak_mb": watch.peaks,
        "in_segment": segment["size"],
    }


def _scanned(told: Report) -> bool:
    return not told or told["scanned"] >= told["rows"]


def milliseconds(seconds: list[float]) -> Report:
    """The median and the slowest hundredth."""
    shares = {"p50": 0.5, "p99": 0.99}
    told = {name: quantile(seconds, share) * 1_000 for name, share in shares.items()}
    return {"events": len(seconds), **told}
