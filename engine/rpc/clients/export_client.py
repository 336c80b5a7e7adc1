"""The reader's side of an export."""

from collections.abc import Iterator
from typing import Any

import grpc
import msgspec

from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.clients.retrying import error_of


class ExportClient:
    def __init__(self, channel: Any, metadata: Any, address: str) -> None:
        self._stub = wire.ExportsStub(channel)
        self._metadata = metadata
        self._address = address

    def read(
        self, kind: str, segment: str = "", since: int = 0, list_: str = ""
    ) -> Iterator[dict[str, Any]]:
        """One dict a row. Raises NotAllowed, BadRequest, Unknown, Busy or RequestError."""
        request = pb.ExportRequest(kind=kind, segment=segment, since=since, list=list_)
        decode = msgspec.json.Decoder(dict[str, Any]).decode
        try:
            for page in self._stub.Read(request, metadata=self._metadata):
                yield from map(decode, page.rows)
        except grpc.RpcError as error:
            raise error_of(error, self._address) from error
