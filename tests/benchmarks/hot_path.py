"""Where an event's time goes, in one process: microseconds of CPU an event by layer, and a profile.

CPU time, because it stays the same while the machine is busy with other things.
"""

import asyncio
import cProfile
import gc
import io
import pstats
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from engine.bootstrap import SELDOM, init_data
from engine.clock import SystemClock
from engine.domain import message
from engine.domain.event import Event
from engine.domain.profile.contact import Contact
from engine.domain.rulebooks.definitions import Definitions, encode
from engine.domain.rulebooks.rulebook import Rulebook
from engine.domain.step import step
from engine.ports.host_store import HostStore
from engine.rpc import relance_pb2 as pb
from engine.rpc.items.intake import Intake
from engine.rpc.items.surroundings import Shared
from engine.runtime import envelope
from engine.runtime.envelope import Item, Parcel
from engine.runtime.host import ContactHost
from engine.runtime.part import PartLost
from engine.runtime.slots import SlotTable
from engine.settings import Settings
from engine.store.memory import MemoryHostStore
from engine.store.sqlite import SqliteHostStore
from tests.benchmarks.generator import requests
from tests.benchmarks.sample import Judge, claimed
from tests.benchmarks.workload import Workload

BATCH = 200
"""Events a parcel: about what 96 KiB hold."""
LEAST = 4 * BATCH
"""Fewer events can be neither timed nor profiled."""
TOP = 45
MEMORY = 2**30


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
        made.append([_item(event) for event in found if isinstance(event, Event)])
    return made


def _item(event: Event) -> Item:
    """Who tells of themselves is found by no key yet: a Coordinator would have asked for the device."""
    route = envelope.CREATE if event.traits else envelope.BY_KEY
    return Item(message.encode(event), route=route)


def parcels(batches: list[list[Item]], first: int) -> Iterator[bytes]:
    for number, items in enumerate(batches, first):
        yield envelope.encode(Parcel("bench", number, 0, items))


class Stretch(NamedTuple):
    """Pushes as the doors made them: ``base`` first, then those that are timed."""

    base: list[list[Item]]
    timed: list[list[Item]]

    @property
    def events(self) -> int:
        return sum(map(len, self.timed))


def us(seconds: float, count: int) -> float:
    return seconds / count * 1e6


def time_step(stretch: Stretch, definitions: Definitions) -> float:
    """The pure core alone."""
    book, now = Rulebook(1, definitions), SystemClock().now()
    contacts: dict[str, Contact] = {}

    def live(batches: list[list[Item]]) -> float:
        seconds = 0.0
        for batch in batches:
            events = [message.decode(item.body) for item in batch]
            begun = time.process_time()
            for event in events:
                assert isinstance(event, Event)
                contact = contacts.get(event.key) or Contact(len(contacts) + 1 << 16)
                outcome = step(contact, event, book, now)
                contacts[event.key] = (
                    claimed(outcome, book, now) if outcome.effects else outcome.contact
                )
            seconds += time.process_time() - begun
        return seconds

    live(stretch.base)
    return us(live(stretch.timed), stretch.events)


async def time_host(
    stretch: Stretch, store: HostStore, definitions: Definitions
) -> tuple[float, str]:
    """Microseconds an event for the first half of what is timed; the profile of the second."""
    host = await open_host(store, definitions, MEMORY)
    half = len(stretch.timed) // 2
    sent = list(parcels([*stretch.base, *stretch.timed], 1))
    base, timed, profiled = _cut(sent, len(stretch.base), len(stretch.base) + half)
    profile = cProfile.Profile()
    try:
        await _deliver(host, base)
        await rest(host)
        begun = time.process_time()
        await _deliver(host, timed)
        seconds = time.process_time() - begun
        with profile:
            await _deliver(host, profiled)
        await rest(host)
    finally:
        await host.stop()
    return us(seconds, sum(map(len, stretch.timed[:half]))), _report(profile)


async def rest(host: ContactHost) -> None:
    """Until no hop is under way."""
    await asyncio.sleep(0.05)
    while host.memory.hops:
        await asyncio.sleep(0.05)


def _cut(whole: list[bytes], *places: int) -> Iterator[list[bytes]]:
    for start, end in zip((0, *places), (*places, len(whole)), strict=True):
        yield whole[start:end]


async def _deliver(host: ContactHost, made: list[bytes]) -> None:
    for parcel in made:
        await host.call("deliver", parcel)


def _report(profile: cProfile.Profile) -> str:
    text = io.StringIO()
    stats = pstats.Stats(profile, stream=text).strip_dirs()
    stats.sort_stats("tottime").print_stats(TOP)
    stats.sort_stats("cumulative").print_stats(TOP)
    return text.getvalue()


async def measure(
    workload: Workload, definitions: Definitions, contacts: int, base: int, events: int
) -> dict[str, Any]:
    """``layers`` in microseconds of CPU an event, and ``profiles`` of the host on either store."""
    before = door(requests(workload, contacts, 0, base, BATCH))
    raw = requests(workload, contacts, base, events, BATCH)
    begun = time.process_time()
    stretch = Stretch(before, door(raw))
    layers = {"door": us(time.process_time() - begun, events)}
    profiles = {}
    usual = gc.get_threshold()
    gc.set_threshold(*SELDOM)  # as a host does
    try:
        without = msgspec.structs.replace(definitions, aggregates=())
        layers["step_without_aggregates"] = time_step(stretch, without)
        layers["step"] = time_step(stretch, definitions)
        with tempfile.TemporaryDirectory() as folder:
            init_data(Path(folder) / "data", Settings())
            file = Path(folder) / "data" / "hosts" / "0.db"
            stores: dict[str, HostStore] = {
                "host_in_memory": MemoryHostStore(),
                "host_on_sqlite": SqliteHostStore(file),
            }
            for name, store in stores.items():
                layers[name], profiles[name] = await time_host(stretch, store, definitions)
    finally:
        gc.set_threshold(*usual)
    return {"layers": layers, "profiles": profiles}
