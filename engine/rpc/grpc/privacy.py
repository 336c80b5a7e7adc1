"""The gRPC service for what a person may ask of us. Method names are the wire's."""
# ruff: noqa: N802

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from google.protobuf.empty_pb2 import Empty

from engine.ports.control_store import ApiKey
from engine.ports.engine import Engine
from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.gate import OPERATORS
from engine.rpc.grpc.grpc_status import BadField
from engine.rpc.grpc.guard import Guard, open_to, streamed_to

USUAL = 100
MOST = 10_000
"""Rows of the audit trail in one report."""


class Privacy(wire.PrivacyServicer):
    def __init__(self, engine: Engine, guard: Guard) -> None:
        self._desk = engine.privacy
        self.guard = guard

    @open_to(*OPERATORS)
    async def Forget(self, request: pb.PersonRequest, caller: ApiKey) -> pb.Report:
        return _report(await self._desk.forget(request.key, caller.name))

    @streamed_to(*OPERATORS)
    async def Dossier(self, request: pb.PersonRequest, caller: ApiKey) -> AsyncIterator[pb.Report]:
        async for part in self._desk.dossier(request.key, caller.name):
            yield _report(part)

    @open_to(*OPERATORS)
    async def Audit(self, request: pb.AuditRequest, _caller: ApiKey) -> pb.Report:
        if request.limit > MOST:
            raise BadField("limit", f"at most {MOST}")
        return _report(await self._desk.audit(request.limit or USUAL))

    @open_to(*OPERATORS)
    async def Retention(self, _request: Empty, _caller: ApiKey) -> pb.Report:
        return _report(await self._desk.retention())


def _report(plain: Any) -> pb.Report:
    return pb.Report(json=msgspec.json.encode(plain))
