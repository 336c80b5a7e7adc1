"""What the HTTP door answers when it takes nothing: a status and a body that SDKs can read.

Python's SDKs index ``code`` and ``message``; every SDK drops on 400, 401, 403, 404 and retries on
408, 429 and 5xx. 413 is never used: 400 is what Segment documents.
"""

import math
from http import HTTPStatus

import msgspec
from starlette.responses import Response

from engine.errors import BadRequest, Busy, EngineError, NotAllowed
from engine.rpc.gate import NoKey


class Fault(Exception):  # noqa: N818
    """This request is answered with an error; nothing of it was kept."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = 0


def fault_of(error: EngineError) -> Fault:
    if isinstance(error, NoKey):
        return Fault(HTTPStatus.UNAUTHORIZED, "invalid_write_key", str(error))
    if isinstance(error, NotAllowed):
        return Fault(HTTPStatus.FORBIDDEN, "wrong_key_kind", str(error))
    if isinstance(error, BadRequest):
        return Fault(HTTPStatus.BAD_REQUEST, "bad_request", str(error))
    if isinstance(error, Busy):
        busy = Fault(HTTPStatus.TOO_MANY_REQUESTS, "rate_limited", str(error))
        busy.retry_after = max(1, math.ceil(error.retry_after))
        return busy
    down = Fault(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", str(error))
    down.retry_after = 5
    return down


def answer(fault: Fault) -> Response:
    """Retry-After is in whole seconds, at least one: what all SDKs can parse."""
    body = {"success": False, "code": fault.code, "message": fault.message}
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
    if fault.code in ("payload_too_large", "slow_body"):
        headers["Connection"] = "close"
    return Response(msgspec.json.encode(body), fault.status, headers, "application/json")
