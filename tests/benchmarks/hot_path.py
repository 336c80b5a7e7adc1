"""Where an event's time goes, in one process: microseconds an event by layer, and a profile of the host."""

import asyncio
import cProfile
import gc
import io
import pstats
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.bootstrap import SELDOM, init_data
from engine.clock import SystemClock
from engine.domain import message
from engine.domain.definitions import Definitions, encode
from engine.domain.event import Event
from engine.ports import HostStore
from engine.rpc import relance_pb2 as pb
from engine.rpc.intake import Intake
from engine.rpc.surroundings import Shared
from engine.runtime import envelope
from engine.runtime.envelope import Item, Parcel
from engine.runtime.host import ContactHost
from engine.runtime.part import PartLost
from engine.runtime.slots import SlotTable
from engine.settings import Settings
from engine.store.memory import MemoryHostStore
from engine.store.sqlite import SqliteHostStore
from tests.benchmarks.generator import requests
from tests.benchmarks.sample import Judge
from tests.benchmarks.workload import Workload

BATCH = 200
"""Events a parcel: about what 96 KiB hold."""
TOP = 45


class Alone:
    """Calls of a host that is alone: it reaches itself and nobody else."""

    host: ContactHost

    async def call(self, part: str, method: str, body: bytes) -> bytes:
        if part != self.host.name:
            raise PartLost(part)
        return await self.host.call(method, body)


async def open_host(store: HostStore, definitions: Definitions, memory: int) -> ContactHost:
    calls = Alone()
    host = calls.host = ContactHost(
        0, SlotTable(1), store, SystemClock(), calls, memory, "bench.localdomain"
    )
    await host.start()
    await host.call("rulebook", envelope.encode((1, encode(definitions))))
    return host


def door(raw: list[bytes]) -> list[list[Item]]:
    """What a Coordinator does with each push: parse, judge, encode."""
    intake, now = Intake(Judge()), SystemClock().now()  # type: ignore[arg-type]
    made = []
    for request in raw:
        found = intake.proto_items(pb.PushRequest.FromString(request).events, Shared("b", now))
        made.append([Item(message.encode(event)) for event in found if isinstance(event, Event)])
    return made


def parcels(batches: list[list[Item]], first: int) -> Iterator[bytes]:
    for number, items in enumerate(batches, first):
        yield envelope.encode(Parcel("bench", number, 0, items))


async def measure_host(
    store: HostStore, definitions: Definitions, base: list[bytes], measured: list[bytes]
) -> tuple[float, str]:
    """Seconds for ``measured``, then half of it again under the profiler: its report."""
    host = await open_host(store, definitions, 2**30)
    try:
        for parcel in base:
            await host.call("deliver", parcel)
        while host.memory.hops:
            await asyncio.sleep(0.05)
        half = len(measured) // 2
        begun = time.perf_counter()
        for parcel in measured[:half]:
            await host.call("deliver", parcel)
        seconds = time.perf_counter() - begun
        profile = cProfile.Profile()
        profile.enable()
        for parcel in measured[half:]:
            await host.call("deliver", parcel)
        profile.disable()
    finally:
        await host.stop()
    return seconds, _report(profile)


def _report(profile: cProfile.Profile) -> str:
    text = io.StringIO()
    stats = pstats.Stats(profile, stream=text).strip_dirs()
    stats.sort_stats("tottime").print_stats(TOP)
    stats.sort_stats("cumulative").print_stats(TOP)
    return text.getvalue()


async def measure(
    workload: Workload, definitions: Definitions, contacts: int, base: int, events: int
) -> dict[str, Any]:
    gc.set_threshold(*SELDOM)  # as a host does
    before = requests(workload, contacts, 0, base, BATCH)
    after = requests(workload, contacts, base, events, BATCH)
    base_items = door(before)
    begun = time.perf_counter()
    items = door(after)
    spent = {"door": (time.perf_counter() - begun) / events * 1e6}
    first = list(parcels(base_items, 1))
    then = list(parcels(items, len(first) + 1))
    profiles = {}
    with tempfile.TemporaryDirectory() as folder:
        init_data(Path(folder) / "data", Settings())
        file = Path(folder) / "data" / "hosts" / "0.db"
        stores: dict[str, HostStore] = {
            "host, memory": MemoryHostStore(),
            "host, sqlite": SqliteHostStore(file),
        }
        for name, store in stores.items():
            seconds, profiles[name] = await measure_host(store, definitions, first, then)
            done = sum(len(batch) for batch in items[: len(items) // 2])
            spent[name] = seconds / done * 1e6
    return {"us_per_event": spent, "profiles": profiles}
