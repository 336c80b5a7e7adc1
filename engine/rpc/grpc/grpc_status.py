"""Errors of the engine as gRPC statuses, with google.rpc details that a client can act on."""

import math
from typing import NoReturn

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.message import Message
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest as Violations
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status.rpc_status import to_status

from engine.errors import (
    BadRequest,
    Busy,
    ConfigError,
    EngineError,
    NotAllowed,
    StoreError,
    Unknown,
)
from engine.rpc.gate import NoKey


class InternalError(EngineError):
    """The engine has a bug here; its log says where."""


LONGEST = 2_000
"""Characters of a status text: trailers have little room."""

_CODES: tuple[tuple[type[EngineError], int], ...] = (
    (NoKey, Code.UNAUTHENTICATED),
    (NotAllowed, Code.PERMISSION_DENIED),
    (Unknown, Code.NOT_FOUND),
    (BadRequest, Code.INVALID_ARGUMENT),
    (ConfigError, Code.INVALID_ARGUMENT),
    (Busy, Code.RESOURCE_EXHAUSTED),
    (StoreError, Code.UNAVAILABLE),
    (InternalError, Code.INTERNAL),
    (EngineError, Code.FAILED_PRECONDITION),
)


class BadField(BadRequest):
    """One field of the request is wrong."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}")
        self.field = field
        self.text = text


async def abort(
    context: "grpc.aio.ServicerContext[Message, Message]", error: EngineError
) -> NoReturn:
    """End the call with what the error says."""
    code = next(code for kind, code in _CODES if isinstance(error, kind))
    status = Status(code=code, message=str(error)[:LONGEST])
    pushback: tuple[tuple[str, str], ...] = ()
    if isinstance(error, BadField):
        violation = Violations.FieldViolation(field=error.field, description=error.text)
        status.details.append(_packed(Violations(field_violations=[violation])))
    if isinstance(error, Busy):
        milliseconds = math.ceil(error.retry_after * 1_000)
        retry = RetryInfo()
        retry.retry_delay.FromMilliseconds(milliseconds)
        status.details.append(_packed(retry))
        pushback = (("grpc-retry-pushback-ms", str(milliseconds)),)
    rich = to_status(status)
    await context.abort(rich.code, rich.details, (*rich.trailing_metadata, *pushback))


def _packed(detail: Message) -> Packed:
    packed = Packed()
    packed.Pack(detail)
    return packed
