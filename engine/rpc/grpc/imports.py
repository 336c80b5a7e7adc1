"""The gRPC service for bringing people and their history in. Method names are the wire's."""
# ruff: noqa: N802

import asyncio
from collections.abc import AsyncIterator
from typing import cast, get_args

from engine.ports.bulk import Chunk, ImportAsked, ImportKind
from engine.ports.control_store import ApiKey, ImportJob
from engine.ports.engine import Engine, Refusal
from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.gate import IMPORTERS
from engine.rpc.grpc.grpc_status import BadField
from engine.rpc.grpc.guard import Guard, open_to, streamed_to
from engine.rpc.items.import_rows import judged
from engine.rpc.items.intake import LARGEST

MOST = 1_000
"""Rows of one chunk."""
LONGEST = 1_000
"""Characters of what is said of a row that could not be read."""
AHEAD = 3
"""Chunks that are read while the first of them is being kept."""


class Imports(wire.ImportsServicer):
    """``closing`` ends every stream after the answers to what it has begun."""

    def __init__(self, engine: Engine, closing: asyncio.Event, guard: Guard) -> None:
        self._engine = engine
        self._closing = closing
        self.guard = guard

    @open_to(*IMPORTERS)
    async def Open(self, request: pb.ImportOpening, caller: ApiKey) -> pb.ImportJob:
        if request.kind not in get_args(ImportKind):
            raise BadField("kind", f"one of {', '.join(get_args(ImportKind))}")
        if not request.digest:
            raise BadField("digest", "SHA-256 of the file, or the name of a query that grows")
        kind = cast("ImportKind", request.kind)
        asked = ImportAsked(
            kind, request.name, request.digest, request.reading, request.grows, request.again
        )
        told = _told(self._engine.imports.open(asked, caller.name))
        told.declared.update(self._engine.imports.declared())
        told.country = self._engine.rulebooks.country()
        return told

    @streamed_to(*IMPORTERS)
    async def Put(
        self, request: AsyncIterator[pb.ImportChunk], caller: ApiKey
    ) -> AsyncIterator[pb.ImportVerdicts]:
        ahead: asyncio.Queue[asyncio.Task[pb.ImportVerdicts] | None] = asyncio.Queue(AHEAD)
        reader = asyncio.create_task(self._read(request, ahead, caller.name))
        closing = asyncio.create_task(self._closing.wait())
        try:
            while not closing.done():
                first = asyncio.create_task(ahead.get())
                await asyncio.wait({first, closing}, return_when=asyncio.FIRST_COMPLETED)
                if not first.done():
                    first.cancel()
                    return
                begun = first.result()
                if begun is None:
                    return
                yield await begun
        finally:
            reader.cancel()
            closing.cancel()
            await asyncio.gather(reader, closing, return_exceptions=True)

    async def _read(
        self,
        chunks: AsyncIterator[pb.ImportChunk],
        ahead: asyncio.Queue[asyncio.Task[pb.ImportVerdicts] | None],
        source: str,
    ) -> None:
        async for chunk in chunks:
            kept = self.guard.begun.finish(self._kept(chunk, source))
            await ahead.put(asyncio.create_task(kept))
        await ahead.put(None)

    async def _kept(self, chunk: pb.ImportChunk, source: str) -> pb.ImportVerdicts:
        if not chunk.number:
            raise BadField("number", "chunks are numbered from 1 on")
        size = len(chunk.rows) + len(chunk.problems)
        if size > MOST:
            raise BadField("rows", f"{size} in one chunk: send at most {MOST}")
        items = judged(self._engine, chunk.rows, chunk.job, source)
        unread = [
            Refusal(one.code[:LONGEST], _reason(one)[:LONGEST], one.row[:LARGEST])
            for one in chunk.problems
        ]
        of = Chunk(chunk.job, chunk.number, chunk.kept, chunk.progress, unread)
        verdicts = await self._engine.imports.put(of, items)
        told = pb.ImportVerdicts(number=chunk.number)
        for index, verdict in enumerate(verdicts):
            told.accepted += verdict.outcome == "accepted"
            told.duplicates += verdict.outcome == "duplicate"
            if verdict.code:
                told.rejections.add(index=index, code=verdict.code, reason=verdict.reason)
        return told

    @open_to(*IMPORTERS)
    async def Finish(self, request: pb.ImportFinish, _caller: ApiKey) -> pb.ImportJob:
        imports = self._engine.imports
        return _told(await imports.finish(request.job, request.kept, request.progress))


def _reason(problem: pb.ImportProblem) -> str:
    where = f"line {problem.line}, {problem.column}" if problem.column else f"line {problem.line}"
    return f"{where}: {problem.reason}"


def _told(job: ImportJob) -> pb.ImportJob:
    return pb.ImportJob(
        job=job.id, kept=job.kept, progress=job.progress, opened=job.opened, finished=job.finished
    )
