"""The gRPC service for taking people and their history out. Method names are the wire's."""
# ruff: noqa: N802

from collections.abc import AsyncIterator
from typing import cast, get_args

from engine.errors import Unknown
from engine.ports.bulk import ExportAsked, ExportKind
from engine.ports.control_store import ApiKey
from engine.ports.engine import Engine
from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.gate import OPERATORS
from engine.rpc.grpc_status import BadField
from engine.rpc.guard import Guard, streamed_to


class Exports(wire.ExportsServicer):
    def __init__(self, engine: Engine, guard: Guard) -> None:
        self._engine = engine
        self.guard = guard

    @streamed_to(*OPERATORS)
    async def Read(
        self, request: pb.ExportRequest, _caller: ApiKey
    ) -> AsyncIterator[pb.ExportPage]:
        if request.kind not in get_args(ExportKind):
            raise BadField("kind", f"one of {', '.join(get_args(ExportKind))}")
        if request.segment:
            names = [row["segment"] for row in await self._engine.reports.segments()]
            if request.segment not in names:
                listed = ", ".join(sorted(names)) or "none"
                raise Unknown(f"no segment is called {request.segment!r}; there are {listed}")
        kind = cast("ExportKind", request.kind)
        asked = ExportAsked(kind, request.segment, request.since)
        async for rows in self._engine.exports.read(asked):
            yield pb.ExportPage(rows=rows)
