"""The gRPC service for webhooks. Method names are the wire's."""
# ruff: noqa: N802

from typing import Any

import msgspec
from google.protobuf.empty_pb2 import Empty

from engine.ports.control_store import ApiKey
from engine.ports.engine import Engine
from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.gate import OPERATORS, VIEWERS
from engine.rpc.grpc.guard import Guard, open_to


class Webhooks(wire.WebhooksServicer):
    def __init__(self, engine: Engine, guard: Guard) -> None:
        self._engine = engine
        self.guard = guard

    @open_to(*VIEWERS)
    async def Endpoints(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.webhooks.endpoints())

    @open_to(*VIEWERS)
    async def Dead(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._engine.webhooks.dead())

    @open_to(*OPERATORS)
    async def Replay(self, request: pb.WebhookRequest, caller: ApiKey) -> pb.Report:
        return _report({"again": await self._engine.webhooks.replay(request.name, caller.name)})

    @open_to(*OPERATORS)
    async def Enable(self, request: pb.WebhookRequest, caller: ApiKey) -> Empty:
        await self._engine.webhooks.enable(request.name, caller.name)
        return Empty()


def _report(plain: Any) -> pb.Report:
    return pb.Report(json=msgspec.json.encode(plain))
