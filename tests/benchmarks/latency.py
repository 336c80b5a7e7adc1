"""From an event's push to its message's arrival at the SMTP server: nearly idle, and under load."""

import asyncio
import random
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import grpc

from engine.clock import SystemClock
from engine.rpc import relance_pb2 as pb
from engine.rpc.clients import outgoing
from tests.benchmarks.children import Load, Sink
from tests.benchmarks.generator import Generator
from tests.benchmarks.running import Running
from tests.benchmarks.workload import Workload

IDLE_RATE = 5.0
"""Events a second, each alone in its call."""
LOADED_RATE = 10.0
FIRST = 1_000_000_000
"""Numbers of probes; those of the workload's own orders are lower."""
CALL = 100
"""Events a call of the load."""
PATIENCE = 60.0


class Probes:
    """Orders that are each sent on time; the workload answers each with one message at once."""

    def __init__(self, workload: Workload, contacts: int, first: int, count: int) -> None:
        self.numbers = range(first, first + count)
        self.sent: dict[int, float] = {}
        self.answered: dict[int, float] = {}
        dice = random.Random(first)
        at = datetime.fromtimestamp(SystemClock().now() / 1_000, UTC).isoformat()
        self._requests = []
        for number in self.numbers:
            contact = dice.randrange(contacts)
            event = workload.event("Order Completed", contact, dice, at, number)
            request = pb.PushRequest(events=[outgoing.event(event)])
            self._requests.append((number, request.SerializeToString()))

    async def send(self, running: Running, rate: float) -> None:
        async with grpc.aio.insecure_channel(running.grpc) as channel:
            generator = Generator(channel, running.key)
            await channel.channel_ready()
            begun = time.monotonic()
            under_way = []
            for place, (number, request) in enumerate(self._requests):
                await asyncio.sleep(max(0.0, begun + place / rate - time.monotonic()))
                under_way.append(asyncio.create_task(self._one(generator, number, request)))
            await asyncio.gather(*under_way)

    async def _one(self, generator: Generator, number: int, request: bytes) -> None:
        self.sent[number] = time.monotonic()
        await generator.send(request)
        self.answered[number] = time.monotonic()

    def result(self, arrivals: Iterable[tuple[int, float]]) -> dict[str, Any]:
        """Raises RuntimeError when a message is missing or came twice."""
        came = [(number, at) for number, at in arrivals if number in self.sent]
        if sorted(number for number, _ in came) != list(self.numbers):
            raise RuntimeError(f"{len(self.numbers)} orders, {len(came)} messages")
        to_smtp = [at - self.sent[number] for number, at in came]
        to_answer = [at - self.sent[number] for number, at in self.answered.items()]
        return {
            **milliseconds(to_smtp),
            "to_answer": milliseconds(to_answer),
            "messages": len(came),
        }


def milliseconds(seconds: list[float]) -> dict[str, float]:
    return {name: quantile(seconds, share) * 1_000 for name, share in (("p50", 0.5), ("p99", 0.99))}


def quantile(values: list[float], share: float) -> float:
    """The nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def measure(
    running: Running, sink: Sink, workload: Workload, contacts: int, load: Load, seconds: float
) -> dict[str, Any]:
    """``load`` stands ready and lasts a little longer than ``seconds``."""
    idle = Probes(workload, contacts, FIRST, max(2, int(IDLE_RATE * seconds)))
    asyncio.run(idle.send(running, IDLE_RATE))
    quiet = idle.result(_arrived(sink, idle))
    loaded = Probes(workload, contacts, FIRST * 2, max(2, int(LOADED_RATE * seconds)))
    load.begin()
    time.sleep(min(2.0, seconds / 10))
    asyncio.run(loaded.send(running, LOADED_RATE))
    busy = loaded.result(_arrived(sink, loaded))
    pushed = load.answer()
    rate = pushed["accepted"] / pushed["seconds"]
    return {**quiet, "half_load": {**busy, "events_per_second": rate}}


def _arrived(sink: Sink, probes: Probes) -> list[tuple[int, float]]:
    """What came, once every probe did or patience is over."""
    found: list[tuple[int, float]] = []
    until = time.monotonic() + PATIENCE
    while True:
        found += sink.arrived()
        here = sum(number in probes.sent for number, _ in found)
        if here >= len(probes.sent) or time.monotonic() > until:
            return found
        time.sleep(0.2)
