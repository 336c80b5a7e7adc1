"""The client's part for starting a scenario for many."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.clients.retrying import until

PATIENCE = 60.0
"""Seconds without any answer after which it gives up; begun again under the same label it goes on."""


class StartClient:
    def __init__(self, channel: Any, metadata: Any, address: str) -> None:
        self._stub = wire.ControlStub(channel)
        self._metadata = metadata
        self._address = address

    def run(
        self,
        mode: str,
        scenario: str,
        label: str,
        *,
        list_: str = "",
        segment: str = "",
        properties: dict[str, Any] | None = None,
        tell: Callable[[dict[str, int]], None] = lambda _: None,
    ) -> dict[str, int]:
        """To the end; how many contacts came to what, which ``tell`` hears of part by part.

        ``mode``: ``count`` whom it would let in, ``start`` them, or ``tell`` what became of those reached.

        A part whose answer is lost is sent again: whom it had let in counts as ``before`` then.
        Raises Unknown, NotAllowed, BadRequest, Busy or RequestError.
        """
        counts: Counter[str] = Counter()
        request = pb.StartManyRequest(
            scenario=scenario,
            label=label,
            list=list_,
            segment=segment,
            properties=msgspec.json.encode(properties) if properties else b"",
            mode=mode,
        )
        while True:
            found = self._some(request)
            counts.update(found["counts"])
            tell(dict(counts))
            request.after = found["next"]
            if not request.after:
                return dict(counts)

    def _some(self, request: pb.StartManyRequest) -> dict[str, Any]:
        once = partial(self._stub.StartMany, request, timeout=60.0, metadata=self._metadata)
        return msgspec.json.decode(until(PATIENCE, once, self._address).json, type=dict[str, Any])
