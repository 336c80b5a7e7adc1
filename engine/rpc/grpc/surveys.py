"""The gRPC service for what is asked of all contacts at once. Method names are the wire's."""
# ruff: noqa: N802

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from engine.ports.control_store import ApiKey
from engine.ports.engine import Engine
from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.gate import OPERATORS
from engine.rpc.grpc.guard import Guard, streamed_to


class Surveys(wire.SurveysServicer):
    def __init__(self, engine: Engine, guard: Guard) -> None:
        self._desk = engine.surveys
        self.guard = guard

    @streamed_to(*OPERATORS)
    async def Preview(
        self, request: pb.PreviewRequest, _caller: ApiKey
    ) -> AsyncIterator[pb.Report]:
        async for told in self._desk.preview(
            request.definitions, list(request.segments), list(request.scores)
        ):
            yield _report(told)

    @streamed_to(*OPERATORS)
    async def Forecast(
        self, request: pb.ForecastRequest, _caller: ApiKey
    ) -> AsyncIterator[pb.Report]:
        async for told in self._desk.forecast(request.segment, request.days):
            yield _report(told)


def _report(plain: Any) -> pb.Report:
    return pb.Report(json=msgspec.json.encode(plain))
