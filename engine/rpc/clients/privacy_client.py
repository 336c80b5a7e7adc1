"""The client's part for what a person may ask of us."""

from collections.abc import Iterator
from typing import Any

import grpc
import msgspec
from google.protobuf.empty_pb2 import Empty

from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.clients.retrying import error_of

LONG = 3_600.0
"""Seconds: an erasure looks through all that is held."""
SHORT = 10.0


class PrivacyClient:
    """Raises what ``Relance`` raises."""

    def __init__(
        self, channel: grpc.Channel, metadata: tuple[tuple[str, str], ...], address: str
    ) -> None:
        self._stub = wire.PrivacyStub(channel)
        self._metadata = metadata
        self._address = address

    def forget(self, key: str) -> dict[str, Any]:
        """Erase a person everywhere; what went, by table, under ``erased``."""
        return dict(self._ask(self._stub.Forget, pb.PersonRequest(key=key), LONG))

    def dossier(self, key: str) -> Iterator[dict[str, Any]]:
        """Everything held of a person: ``{"table", "rows"}``, long tables in several parts."""
        request = pb.PersonRequest(key=key)
        try:
            for report in self._stub.Dossier(request, timeout=LONG, metadata=self._metadata):
                yield msgspec.json.decode(report.json)
        except grpc.RpcError as error:
            raise error_of(error, self._address) from error

    def audit(self, limit: int = 100) -> list[dict[str, Any]]:
        """Who did what, the newest first."""
        return list(self._ask(self._stub.Audit, pb.AuditRequest(limit=limit), SHORT))

    def retention(self) -> dict[str, Any]:
        """What is kept for how long, what was deleted, whom a rule erased."""
        return dict(self._ask(self._stub.Retention, Empty(), SHORT))

    def _ask(self, method: Any, request: Any, timeout: float) -> Any:
        try:
            report = method(request, timeout=timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            raise error_of(error, self._address) from error
        return msgspec.json.decode(report.json)
