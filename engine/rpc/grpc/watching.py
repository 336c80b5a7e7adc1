"""Reports for those who watch: taken once for all of them, sent anew each round, never queued."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

import msgspec

from engine.errors import EngineError
from engine.ports.engine import Engine
from engine.rpc import relance_pb2 as pb
from engine.rpc.grpc.grpc_status import BadField

SHORTEST, USUAL, LONGEST = 250, 1_000, 60_000
"""Milliseconds between two rounds."""
FRESH = 0.2
"""Seconds for which a report serves whoever asks: the engine is not asked twice for the same."""
CONTACT = "contact"
HANDOFFS = 200
"""Hand-offs that a watcher is told."""
TIMELINE = 200
"""The most log rows of a contact that is watched."""

_encode = msgspec.json.Encoder().encode


class Look(NamedTuple):
    """One report; ``trouble`` says why there is none."""

    at: int
    json: bytes
    trouble: str


class Watching:
    """``close`` lets every watcher go, so that the doors can close at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._closing = asyncio.Event()
        self._looks: dict[str, tuple[float, asyncio.Task[Look]]] = {}
        self._reports: dict[str, Callable[[], Awaitable[Any]]] = {
            "status": engine.reports.status,
            "segments": engine.reports.segments,
            "lifecycle": engine.reports.lifecycle,
            "scores": engine.reports.scores,
            "matrix": engine.reports.matrix,
            "messages": engine.reports.messages,
            "scenarios": engine.reports.scenarios,
            "handoffs": lambda: engine.handoffs.listed("", "", HANDOFFS),
        }

    def close(self) -> None:
        self._closing.set()

    async def rounds(self, request: pb.WatchRequest, caller: str) -> AsyncIterator[pb.Snapshot]:
        """The next round begins when the reader has taken the last one, an interval later at least.

        Raises BadField.
        """
        self._check(request)
        interval = (request.interval or USUAL) / 1_000
        while not self._closing.is_set():
            for topic in dict.fromkeys(request.topics):
                look = await self._look(topic, request.contact)
                yield pb.Snapshot(
                    topic=topic, at=look.at, json=look.json, trouble=look.trouble, caller=caller
                )
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(interval):
                    await self._closing.wait()

    def _check(self, request: pb.WatchRequest) -> None:
        known = {*self._reports, CONTACT}
        if not request.topics or not known.issuperset(request.topics):
            raise BadField("topics", f"name some of {', '.join(sorted(known))}")
        if request.interval and not SHORTEST <= request.interval <= LONGEST:
            raise BadField("interval", f"{SHORTEST} to {LONGEST} ms")
        if CONTACT in request.topics and not request.contact.key:
            raise BadField("contact", "say which: kind:value, or an id")
        if request.contact.timeline > TIMELINE:
            raise BadField("contact.timeline", f"at most {TIMELINE}")

    async def _look(self, topic: str, contact: pb.ContactRequest) -> Look:
        """One question at a time for each report; those who come meanwhile share its answer."""
        if topic == CONTACT:
            return await self._take(
                lambda: self._engine.reports.contact(contact.key, contact.timeline)
            )
        now = asyncio.get_running_loop().time()
        taken = self._looks.get(topic)
        if taken is None or (taken[1].done() and now - taken[0] > FRESH):
            taken = now, asyncio.create_task(self._take(self._reports[topic]))
            self._looks[topic] = taken
        return await asyncio.shield(taken[1])

    async def _take(self, report: Callable[[], Awaitable[Any]]) -> Look:
        try:
            json = _encode(await report())
        except EngineError as error:
            return Look(self._engine.now(), b"", str(error))
        return Look(self._engine.now(), json, "")
