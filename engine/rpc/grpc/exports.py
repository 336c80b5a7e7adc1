"""The gRPC service for taking people and their history out. Method names are the wire's."""
# ruff: noqa: N802

from collections.abc import AsyncIterator
from typing import Any, cast, get_args

from engine.errors import Unknown
from engine.ports.bulk import ExportAsked, ExportKind
from engine.ports.control_store import ApiKey
from engine.ports.engine import Engine
from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.gate import OPERATORS
from engine.rpc.grpc.grpc_status import BadField
from engine.rpc.grpc.guard import Guard, streamed_to


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
            _check("segment", request.segment, await self._engine.reports.segments())
        if request.list:
            _check("list", request.list, await self._engine.lists.sizes())
        kind = cast("ExportKind", request.kind)
        asked = ExportAsked(kind, request.segment, request.since, request.list)
        async for rows in self._engine.exports.read(asked):
            yield pb.ExportPage(rows=rows)


def _check(kind: str, name: str, rows: list[dict[str, Any]]) -> None:
    names = sorted(row[kind] for row in rows)
    if name not in names:
        raise Unknown(f"no {kind} is called {name!r}; there are {', '.join(names) or 'none'}")
