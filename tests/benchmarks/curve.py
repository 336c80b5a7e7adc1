"""What another segment costs that an event does not touch: hosts with few and with many, side by side.

Each has the segments that the workload's scenarios ask about, which the events do touch, and as many
others as it takes; all have as many score rules. Parcel by parcel the hosts take turns in one process,
so that whatever else the machine does disturbs all of them alike.
"""

import asyncio
import gc
import tempfile
import time
from pathlib import Path

from engine.bootstrap import SELDOM, init_data
from engine.domain.rulebooks.since import dated
from engine.runtime.host import ContactHost
from engine.settings import Settings
from engine.store.sqlite import SqliteHostStore
from tests.benchmarks import hot_path
from tests.benchmarks.generator import requests
from tests.benchmarks.hot_path import BATCH, MEMORY, Stretch
from tests.benchmarks.sample import definitions_of
from tests.benchmarks.workload import Workload

COUNTS = (10, 50, 200, 1_000)
JUDGED = 200
"""With so many segments the whole engine is measured beside the floor."""
RULES = 100
Curve = dict[str, dict[str, float]]


def measure(workload: Workload, contacts: int, base: int, events: int) -> Curve:
    """By how many segments there are: CPU of a host an event (us), and events a second of it alone."""
    before = hot_path.door(requests(workload, contacts, 0, base, BATCH))
    timed = hot_path.door(requests(workload, contacts, base, events, BATCH))
    usual = gc.get_threshold()
    gc.set_threshold(*SELDOM)  # as a host does
    try:
        with tempfile.TemporaryDirectory() as folder:
            return asyncio.run(_in_turn(workload, Stretch(before, timed), Path(folder)))
    finally:
        gc.set_threshold(*usual)


async def _in_turn(workload: Workload, stretch: Stretch, folder: Path) -> Curve:
    hosts = {count: await _host(workload, count, folder / str(count)) for count in COUNTS}
    spent: dict[int, list[float]] = {count: [0.0, 0.0] for count in COUNTS}
    sent = list(hot_path.parcels([*stretch.base, *stretch.timed], 1))
    try:
        for number, parcel in enumerate(sent):
            if number == len(stretch.base):
                await asyncio.gather(*map(hot_path.rest, hosts.values()))
            for count, host in hosts.items():
                cpu, seconds = time.process_time(), time.perf_counter()
                await host.call("deliver", parcel)
                if number >= len(stretch.base):
                    spent[count][0] += time.process_time() - cpu
                    spent[count][1] += time.perf_counter() - seconds
        await asyncio.gather(*map(hot_path.rest, hosts.values()))
    finally:
        for host in hosts.values():
            await host.stop()
    return {str(count): _figures(*spent[count], stretch.events) for count in COUNTS}


async def _host(workload: Workload, segments: int, folder: Path) -> ContactHost:
    init_data(folder, Settings())
    definitions = dated(None, definitions_of(workload.widened(segments, RULES)), 1)
    return await hot_path.open_host(SqliteHostStore(folder / "hosts" / "0.db"), definitions, MEMORY)


def _figures(cpu: float, seconds: float, events: int) -> dict[str, float]:
    return {"host_cpu_us": cpu / events * 1e6, "host_events_per_second": events / seconds}
