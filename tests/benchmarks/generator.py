"""The load generator, a process of its own: pushes a stretch of the workload as fast as it is answered.

Requests are serialised before the clock starts, so that sending costs the machine little.
Says ``ready``, waits for a line on stdin, pushes, prints one JSON document.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import grpc
import msgspec

from engine.rpc import relance_pb2 as pb
from engine.rpc.clients import outgoing
from tests.benchmarks.workload import Workload

PUSH = "/relance.v1.Events/Push"
PATIENCE = 60.0


class Generator:
    """``flight`` calls are under way at any moment, or ``rate`` events a second are sent on time."""

    def __init__(self, channel: grpc.aio.Channel, key: str) -> None:
        self._push = channel.unary_unary(
            PUSH,
            request_serializer=None,
            response_deserializer=pb.PushResponse.FromString,
        )
        self._metadata = (("authorization", f"Bearer {key}"),)
        self.counts = {"accepted": 0, "duplicates": 0, "rejected": 0, "busy": 0}

    async def send(self, request: bytes) -> None:
        """Until it is answered: a busy engine is asked again."""
        while True:
            try:
                answer = await self._push(request, timeout=PATIENCE, metadata=self._metadata)
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
                    raise
                self.counts["busy"] += 1
                await asyncio.sleep(0.05)
                continue
            for name in ("accepted", "duplicates", "rejected"):
                self.counts[name] += getattr(answer, name)
            return

    async def in_flight(self, requests: list[bytes], flight: int) -> None:
        waiting = iter(requests)

        async def one() -> None:
            for request in waiting:
                await self.send(request)

        await asyncio.gather(*(one() for _ in range(flight)))

    async def at_rate(self, requests: list[bytes], per_second: float) -> None:
        """Requests a second, each sent at its moment whether or not the one before is answered."""
        begun = time.monotonic()
        under_way = set()
        for number, request in enumerate(requests):
            await asyncio.sleep(max(0.0, begun + number / per_second - time.monotonic()))
            under_way.add(asyncio.create_task(self.send(request)))
        await asyncio.gather(*under_way)


def requests(workload: Workload, contacts: int, first: int, count: int, batch: int) -> list[bytes]:
    """Serialised push requests."""
    made, request = [], pb.PushRequest()
    for event in workload.events(contacts, first, count):
        request.events.append(outgoing.event(event))
        if len(request.events) == batch:
            made.append(request.SerializeToString())
            request = pb.PushRequest()
    if request.events:
        made.append(request.SerializeToString())
    return made


async def run(chosen: argparse.Namespace) -> dict[str, Any]:
    made = requests(Workload(), chosen.contacts, chosen.first, chosen.events, chosen.batch)
    async with grpc.aio.insecure_channel(chosen.grpc) as channel:
        generator = Generator(channel, sys.stdin.readline().strip())
        await channel.channel_ready()
        _say("ready")
        sys.stdin.readline()
        begun, cpu = time.monotonic(), time.process_time()
        if chosen.rate:
            await generator.at_rate(made, chosen.rate / chosen.batch)
        else:
            await generator.in_flight(made, chosen.flight)
        seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
    return {
        **generator.counts,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "bytes": sum(map(len, made)),
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--grpc", required=True, help="HOST:PORT; the key is the first line of stdin"
    )
    options.add_argument("--contacts", type=int, required=True)
    options.add_argument("--first", type=int, required=True, help="number of the first event")
    options.add_argument("--events", type=int, required=True)
    options.add_argument("--batch", type=int, default=500, help="events a call")
    options.add_argument("--flight", type=int, default=6, help="calls under way")
    options.add_argument("--rate", type=float, default=0.0, help="events a second instead")
    _say(msgspec.json.encode(asyncio.run(run(options.parse_args()))).decode())


if __name__ == "__main__":
    main()
