"""The client of services that have an event loop."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

import grpc

from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.client import OPTIONS, PATIENCE, socket_of
from engine.rpc.clients import outgoing
from engine.rpc.clients.answer import Answer, answers
from engine.rpc.clients.retrying import FIRST_PAUSE, LONGEST_PAUSE, error_of, wait_before


class AsyncRelance:
    """As ``Relance``: ``address``, ``key``, and ``timeout`` seconds for one attempt.

    Make it inside the loop that uses it.
    """

    def __init__(self, address: str, key: str = "", timeout: float = 5.0) -> None:
        self._address = address
        self._timeout = timeout
        self._metadata = (("authorization", f"Bearer {key}"),) if key else ()
        self._socket = socket_of(address)
        target = self._socket.address if self._socket else address
        self._channel = grpc.aio.insecure_channel(target, OPTIONS)
        self._events = wire.EventsStub(self._channel)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._channel.close(None)
        if self._socket:
            self._socket.close()

    async def push(
        self, events: Iterable[Mapping[str, Any]], patience: float = PATIENCE
    ) -> list[Answer]:
        """One answer an event, in order. Raises NotAllowed, BadRequest, Busy, RequestError."""
        told: list[Answer] = []
        for request in outgoing.calls(map(outgoing.event, events)):
            told += await self.push_request(request, patience)
        return told

    async def receipts(
        self, receipts: Iterable[Mapping[str, Any]], patience: float = PATIENCE
    ) -> list[Answer]:
        """See ``Relance.receipts``; one answer each, in order."""
        told: list[Answer] = []
        for request in outgoing.receipt_calls(receipts):
            told += await self._answered(self._events.Receipts, request, patience)
        return told

    async def push_request(self, request: pb.PushRequest, patience: float) -> list[Answer]:
        """One call, sent again within ``patience`` seconds where that helps."""
        return await self._answered(self._events.Push, request, patience)

    async def _answered(
        self,
        method: Callable[..., Any],
        request: pb.PushRequest | pb.ReceiptsRequest,
        patience: float,
    ) -> list[Answer]:
        end = time.monotonic() + patience
        pause = FIRST_PAUSE
        while True:
            try:
                call = method(request, timeout=self._timeout, metadata=self._metadata)
                return answers(request, await call)
            except grpc.RpcError as error:
                wait = wait_before(error, pause)
                if wait is None or time.monotonic() + wait > end:
                    raise error_of(error, self._address) from error
            await asyncio.sleep(wait)
            pause = min(2 * pause, LONGEST_PAUSE)
