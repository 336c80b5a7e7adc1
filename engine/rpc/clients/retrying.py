"""When a call that failed is sent again, and what its caller is told in the end.

gRPC's own retries (gRFC A6) cover a server that does not answer; this covers the answers after which
OTLP, whose rule it is, sends again too. Every call that goes through here may safely arrive twice.
"""

import json
import time
from collections.abc import Callable
from typing import TypeVar, cast

import grpc
from google.rpc.error_details_pb2 import RetryInfo
from grpc_status import rpc_status

from engine.errors import BadRequest, Busy, EngineError, NotAllowed, RequestError, Unknown

SERVICE_CONFIG = json.dumps(
    {
        "methodConfig": [
            {
                "name": [{"service": "relance.v1.Events"}, {"service": "relance.v1.Console"}],
                "retryPolicy": {
                    "maxAttempts": 4,
                    "initialBackoff": "0.2s",
                    "maxBackoff": "5s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
        "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1},
    }
)
_AGAIN = frozenset(
    {
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.OUT_OF_RANGE,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DATA_LOSS,
    }
)
_ERRORS: dict[grpc.StatusCode, type[RequestError]] = {
    grpc.StatusCode.UNAUTHENTICATED: NotAllowed,
    grpc.StatusCode.PERMISSION_DENIED: NotAllowed,
    grpc.StatusCode.NOT_FOUND: Unknown,
    grpc.StatusCode.INVALID_ARGUMENT: BadRequest,
    grpc.StatusCode.RESOURCE_EXHAUSTED: BadRequest,
}
SHORTEST_PAUSE, FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.2, 5.0
"""Seconds."""
T = TypeVar("T")


def until(patience: float, call: Callable[[], T], address: str) -> T:
    """Call, and call again until it succeeds, fails for good, or ``patience`` seconds are over.

    Raises NotAllowed, BadRequest, Unknown, Busy, RequestError.
    """
    end = time.monotonic() + patience
    pause = FIRST_PAUSE
    while True:
        try:
            return call()
        except grpc.RpcError as error:
            wait = wait_before(error, pause)
            if wait is None or time.monotonic() + wait > end:
                raise error_of(error, address) from error
        time.sleep(wait)
        pause = min(2 * pause, LONGEST_PAUSE)


def wait_before(error: grpc.RpcError, pause: float) -> float | None:
    """Seconds until the call may be sent again, ``pause`` where it does not say; None: it would not help."""
    asked = retry_delay(error)
    if asked is not None:
        return max(asked, SHORTEST_PAUSE)
    return pause if error.code() in _AGAIN else None


def retry_delay(error: grpc.RpcError) -> float | None:
    """The seconds that the server asks to wait; None when it does not ask to come back."""
    status = rpc_status.from_call(cast("grpc.Call", error))
    for detail in status.details if status else ():
        info = RetryInfo()
        if detail.Unpack(info):
            return float(info.retry_delay.ToMilliseconds()) / 1_000
    return None


def error_of(error: grpc.RpcError, address: str) -> EngineError:
    """A failed call as one of the engine's errors, in words for whoever made it."""
    code, text = error.code(), error.details() or ""
    delay = retry_delay(error)
    if delay is not None:
        return Busy(delay, text)
    if code in _ERRORS:
        return _ERRORS[code](text)
    if code is grpc.StatusCode.UNAVAILABLE and not _answered(error):
        return RequestError(
            f"nothing answers at {address} ({text}). Is the engine running (`relance up`), "
            "and is this its address?"
        )
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return RequestError(f"{address} gave no answer in time: it may have been done, or not")
    return RequestError(f"{address}: {text} ({code.name})")


def _answered(error: grpc.RpcError) -> bool:
    """Whether the engine itself said this: its errors carry a google.rpc.Status, gRPC's own do not."""
    return rpc_status.from_call(cast("grpc.Call", error)) is not None
