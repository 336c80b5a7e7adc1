"""The client's part for what is asked of all contacts at once."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import grpc
import msgspec

from engine.rpc import relance_pb2 as pb
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.clients.retrying import error_of

LONG = 3_600.0
"""Seconds: every log is read once."""

Tell = Callable[[dict[str, int]], object]
"""Called with how far it is: ``rows`` of the logs, ``scanned`` of them, contacts ``met``."""


class SurveyClient:
    """Raises what ``Relance`` raises."""

    def __init__(
        self, channel: grpc.Channel, metadata: tuple[tuple[str, str], ...], address: str
    ) -> None:
        self._stub = wire.SurveysStub(channel)
        self._metadata = metadata
        self._address = address

    def preview(
        self,
        definitions: bytes,
        segments: Sequence[str] = (),
        tell: Tell = bool,
        scores: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Who would be in these segments and what these scores would be, were the document published.

        Without any names all that change.
        """
        request = pb.PreviewRequest(definitions=definitions, segments=segments, scores=scores)
        return self._found(self._stub.Preview(request, timeout=LONG, metadata=self._metadata), tell)

    def forecast(self, segment: str, days: int, tell: Tell = bool) -> dict[str, Any]:
        """How many leave and enter a segment each day by time alone."""
        request = pb.ForecastRequest(segment=segment, days=days)
        return self._found(
            self._stub.Forecast(request, timeout=LONG, metadata=self._metadata), tell
        )

    def _found(self, reports: Iterable[pb.Report], tell: Tell) -> dict[str, Any]:
        found: dict[str, Any] = {}
        try:
            for report in reports:
                told = msgspec.json.decode(report.json)
                if "progress" in told:
                    tell(told["progress"])
                else:
                    found = told["found"]
        except grpc.RpcError as error:
            raise error_of(error, self._address) from error
        return found
