"""The reader's side of a contact's past."""

from collections.abc import Iterator

import grpc

from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.clients.retrying import error_of


class LifeClient:
    def __init__(
        self, channel: grpc.Channel, metadata: tuple[tuple[str, str], ...], address: str
    ) -> None:
        self._stub = wire.LivesStub(channel)
        self._metadata = metadata
        self._address = address

    def read(self, key: str) -> Iterator[pb.LifePart]:
        """Raises Unknown, NotAllowed, Busy or RequestError."""
        try:
            yield from self._stub.Read(pb.LifeRequest(key=key), metadata=self._metadata)
        except grpc.RpcError as error:
            raise error_of(error, self._address) from error
