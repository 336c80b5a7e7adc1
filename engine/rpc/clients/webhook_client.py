"""The client's part for webhooks."""

from typing import Any

import grpc
import msgspec
from google.protobuf.empty_pb2 import Empty

from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.clients.retrying import error_of

PATIENCE = 10.0


class WebhookClient:
    """Raises what ``Relance`` raises."""

    def __init__(
        self, channel: grpc.Channel, metadata: tuple[tuple[str, str], ...], address: str
    ) -> None:
        self._stub = wire.WebhooksStub(channel)
        self._metadata = metadata
        self._address = address

    def endpoints(self) -> list[dict[str, Any]]:
        """Each with what it was told, what waits, what was given up, and the state of its route."""
        return list(self._read(self._stub.Endpoints, Empty()))

    def dead(self) -> list[dict[str, Any]]:
        """Webhooks that were given up, with the reason."""
        return list(self._read(self._stub.Dead, Empty()))

    def replay(self, which: str = "") -> int:
        """Try again one by its key, all of an endpoint, or all; how many."""
        return int(self._read(self._stub.Replay, pb.WebhookRequest(name=which))["again"])

    def enable(self, endpoint: str) -> None:
        """Tell an endpoint again that had answered 410 Gone."""
        self._ask(self._stub.Enable, pb.WebhookRequest(name=endpoint))

    def _read(self, method: Any, request: Any) -> Any:
        return msgspec.json.decode(self._ask(method, request).json)

    def _ask(self, method: Any, request: Any) -> Any:
        try:
            return method(request, timeout=PATIENCE, metadata=self._metadata)
        except grpc.RpcError as error:
            raise error_of(error, self._address) from error
