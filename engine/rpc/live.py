"""The client for whoever watches an engine from an event loop of its own: the console."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import grpc
import msgspec

from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.client import OPTIONS, socket_of
from engine.rpc.clients.retrying import error_of

_SHORT = (("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65_536))
"""What a reader has not taken yet stays small: it wants the newest, not the most."""
TIMEOUT = 5.0
"""Seconds for an act to be answered."""


class Seen(msgspec.Struct, frozen=True):
    """One report as it was at ``at`` (ms, the engine's clock). ``trouble``: why there is none.

    ``caller`` is the kind of the key that was used; ``size`` the bytes it took.
    """

    topic: str
    at: int
    report: Any
    trouble: str
    caller: str
    size: int


class LiveRelance:
    """``address`` and ``key`` as for ``Relance``. Make it inside the loop that uses it.

    Every method raises NotAllowed, BadRequest, Unknown, Busy, or RequestError when nothing answers.
    """

    def __init__(self, address: str, key: str = "") -> None:
        self._address = address
        self._metadata = (("authorization", f"Bearer {key}"),) if key else ()
        self._socket = socket_of(address)
        target = self._socket.address if self._socket else address
        self._channel = grpc.aio.insecure_channel(target, (*OPTIONS, *_SHORT))
        self._console = wire.ConsoleStub(self._channel)
        self._control = wire.ControlStub(self._channel)

    async def close(self) -> None:
        await self._channel.close(None)
        if self._socket:
            self._socket.close()

    async def watch(
        self, topics: Sequence[str], interval: int, contact: str = "", timeline: int = 0
    ) -> AsyncGenerator[Seen, None]:
        """Reports until the engine goes down; ``interval`` in ms. Close it to stop."""
        asked = pb.ContactRequest(key=contact, timeline=timeline)
        request = pb.WatchRequest(topics=topics, interval=interval, contact=asked)
        call = self._console.Watch(request, metadata=self._metadata)
        try:
            async for snapshot in call:
                yield _seen(snapshot)
        except grpc.RpcError as error:
            raise error_of(error, self._address) from error
        finally:
            call.cancel()

    async def pause(self, kind: str, name: str, paused: bool) -> None:
        """``kind``: scenario | channel."""
        request = pb.PauseRequest(kind=kind, name=name, paused=paused)
        try:
            await self._control.Pause(request, timeout=TIMEOUT, metadata=self._metadata)
        except grpc.RpcError as error:
            raise error_of(error, self._address) from error


def _seen(snapshot: pb.Snapshot) -> Seen:
    report = msgspec.json.decode(snapshot.json) if snapshot.json else None
    size = snapshot.ByteSize()
    return Seen(snapshot.topic, snapshot.at, report, snapshot.trouble, snapshot.caller, size)
