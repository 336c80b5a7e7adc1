"""The sender's side of an import: a window of chunks on their way, each sent again until answered."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from queue import SimpleQueue
from typing import Any, cast

import grpc

from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.clients.retrying import FIRST_PAUSE, LONGEST_PAUSE, error_of, until, wait_before

WINDOW = 4
"""Chunks on their way at once."""
PATIENCE = 120.0
"""Seconds without any answer after which an import gives up; begun again it goes on."""

_Queue = SimpleQueue[pb.ImportChunk | None]


class ImportClient:
    """Used from one thread. Every method raises NotAllowed, BadRequest, Unknown, Busy or RequestError."""

    def __init__(self, channel: Any, metadata: Any, address: str) -> None:
        self._stub = wire.ImportsStub(channel)
        self._metadata = metadata
        self._address = address

    def open(self, request: pb.ImportOpening) -> pb.ImportJob:
        return self._insist(partial(self._stub.Open, request))

    def finish(self, job: int, kept: int, progress: bytes) -> pb.ImportJob:
        request = pb.ImportFinish(job=job, kept=kept, progress=progress)
        return self._insist(partial(self._stub.Finish, request))

    def _insist(self, call: Callable[..., pb.ImportJob]) -> pb.ImportJob:
        once = partial(call, timeout=60.0, metadata=self._metadata)
        return until(PATIENCE, once, self._address)

    def put(
        self, chunks: Iterator[pb.ImportChunk]
    ) -> Iterator[tuple[pb.ImportChunk, pb.ImportVerdicts]]:
        """Each chunk with what became of it, in order. A chunk is made when there is room for it."""
        under_way: deque[pb.ImportChunk] = deque()
        pause, heard = FIRST_PAUSE, time.monotonic()
        done = False
        while not done:
            queue: _Queue = SimpleQueue()
            for chunk in under_way:
                queue.put(chunk)
            call = self._stub.Put(iter(queue.get, None), metadata=self._metadata)
            try:
                while True:
                    _fill(under_way, queue, chunks)
                    if not under_way:
                        done = True
                        break
                    verdicts = cast("pb.ImportVerdicts | None", next(call, None))
                    if verdicts is None:  # the engine goes down in order
                        break
                    pause, heard = FIRST_PAUSE, time.monotonic()
                    yield under_way.popleft(), verdicts
            except grpc.RpcError as error:
                wait = wait_before(error, pause)
                if wait is None or time.monotonic() + wait > heard + PATIENCE:
                    raise error_of(error, self._address) from error
                time.sleep(wait)
                pause = min(2 * pause, LONGEST_PAUSE)
            finally:
                queue.put(None)


def _fill(
    under_way: deque[pb.ImportChunk], queue: _Queue, chunks: Iterator[pb.ImportChunk]
) -> None:
    while len(under_way) < WINDOW and (chunk := next(chunks, None)) is not None:
        under_way.append(chunk)
        queue.put(chunk)
