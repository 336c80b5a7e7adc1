"""Events in numbered batches over one long call: what arrives during a commit shares the next one."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from engine.domain.event import Event
from engine.errors import Busy
from engine.ports.control_store import ApiKey
from engine.ports.engine import Engine, Refusal, Verdict
from engine.rpc import relance_pb2 as pb
from engine.rpc.begun import Begun
from engine.rpc.grpc.grpc_status import BadField
from engine.rpc.items.intake import MOST, Intake
from engine.rpc.items.surroundings import Shared

LARGEST = 500
"""Events of one batch."""
AHEAD = MOST // LARGEST
"""Batches that are read ahead of the commit; gRPC's flow control holds the sender back beyond."""


class Streaming:
    """``close`` ends every stream after the answer to what it has begun."""

    def __init__(self, engine: Engine, intake: Intake, begun: Begun) -> None:
        self._engine = engine
        self._intake = intake
        self._begun = begun
        self._closing = asyncio.Event()

    def close(self) -> None:
        self._closing.set()

    async def answers(
        self, batches: AsyncIterator[pb.StreamRequest], caller: ApiKey
    ) -> AsyncIterator[pb.StreamResponse]:
        """Raises BadField on a batch that is too large, or numbered no higher than the one before."""
        ahead: asyncio.Queue[pb.StreamRequest | None] = asyncio.Queue(AHEAD)
        reader = asyncio.create_task(_read(batches, ahead))
        closing = asyncio.create_task(self._closing.wait())
        durable = 0
        try:
            while taken := await _taken(ahead, closing):
                durable = _checked(taken, durable)
                yield await self._kept(taken, caller)
        finally:
            reader.cancel()
            closing.cancel()
            await asyncio.gather(reader, closing, return_exceptions=True)

    async def _kept(self, batches: list[pb.StreamRequest], caller: ApiKey) -> pb.StreamResponse:
        shared = Shared(caller.name, self._engine.now(), caller.kind == "public")
        events = [event for batch in batches for event in batch.events]
        items = self._intake.proto_items(events, shared)
        verdicts = await self._insisted(caller.name, items) if items else []
        return _answer(batches, items, verdicts)

    async def _insisted(self, source: str, items: list[Event | Refusal]) -> list[Verdict]:
        """A sender that is kept waiting sends no more: that is all it needs to know. Raises Busy at the end."""
        while True:
            try:
                return await self._begun.finish(self._engine.push(source, items))
            except Busy as busy:
                if self._closing.is_set():
                    raise
                await self._rest(busy.retry_after)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()


async def _read(
    batches: AsyncIterator[pb.StreamRequest], ahead: asyncio.Queue[pb.StreamRequest | None]
) -> None:
    """None marks the end; a sender who breaks off ends the whole call."""
    async for batch in batches:
        await ahead.put(batch)
    await ahead.put(None)


async def _taken(
    ahead: asyncio.Queue[pb.StreamRequest | None], closing: asyncio.Task[bool]
) -> list[pb.StreamRequest]:
    """The next batch and those that are there already; nothing at the end."""
    first = asyncio.create_task(ahead.get())
    await asyncio.wait({first, closing}, return_when=asyncio.FIRST_COMPLETED)
    if closing.done():
        first.cancel()
        return []
    taken = []
    batch = first.result()
    while batch is not None:
        taken.append(batch)
        if ahead.empty() or len(taken) == AHEAD:
            return taken
        batch = ahead.get_nowait()
    ahead.put_nowait(None)
    return taken


def _checked(batches: list[pb.StreamRequest], durable: int) -> int:
    for batch in batches:
        if batch.number <= durable:
            raise BadField(
                "number", f"{batch.number} after {durable}: each is higher than the last"
            )
        if len(batch.events) > LARGEST:
            raise BadField("events", f"{len(batch.events)} in one batch: send at most {LARGEST}")
        durable = batch.number
    return durable


def _answer(
    batches: list[pb.StreamRequest],
    items: Sequence[Event | Refusal],
    verdicts: Sequence[Verdict],
) -> pb.StreamResponse:
    places = [(batch.number, index) for batch in batches for index in range(len(batch.events))]
    answer = pb.StreamResponse(durable=batches[-1].number)
    for (number, index), item, verdict in zip(places, items, verdicts, strict=True):
        if verdict.code:
            why = pb.Rejection(
                index=index, message_id=item.message_id, code=verdict.code, reason=verdict.reason
            )
            answer.rejections.add(number=number, rejection=why)
        answer.duplicates += verdict.outcome == "duplicate"
        answer.accepted += verdict.outcome == "accepted"
    return answer
