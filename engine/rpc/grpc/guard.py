"""What happens around every gRPC call: the key is checked, the work is finished, errors are told."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Protocol, TypeVar

import grpc
from google.protobuf.message import Message

from engine.errors import EngineError
from engine.ports.control_store import ApiKey, KeyKind
from engine.ports.engine import Engine
from engine.rpc.begun import Begun
from engine.rpc.gate import LOCAL, admit, secret_of
from engine.rpc.grpc.grpc_status import InternalError, abort

TOO_LATE = 0.02
"""Seconds: with less than this until its deadline a call is not begun."""

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)
Asked = TypeVar("Asked")
"""A request, or the requests of a stream."""
_log = logging.getLogger(__name__)


class Guard:
    """``local``: the listener is the control socket, which only this machine's owner can open."""

    def __init__(self, engine: Engine, begun: Begun, *, local: bool) -> None:
        self._engine = engine
        self.begun = begun
        self._local = local

    def caller(self, metadata: Any, kinds: tuple[KeyKind, ...]) -> ApiKey:
        """Raises NoKey, NotAllowed."""
        if self._local:
            return LOCAL
        given = next((value for name, value in metadata or () if name == "authorization"), "")
        return admit(self._engine, (secret_of(str(given)),), kinds)


class Guarded(Protocol):
    """A service that has a guard."""

    @property
    def guard(self) -> Guard: ...


Service = TypeVar("Service", bound=Guarded)


def open_to(
    *kinds: KeyKind,
) -> Callable[
    [Callable[[Service, Request, ApiKey], Coroutine[Any, Any, Response]]],
    Callable[[Service, Request, Any], Awaitable[Response]],
]:
    """Turn ``method(self, request, caller)`` into a gRPC method for callers with these keys."""

    def guarded(
        method: Callable[[Service, Request, ApiKey], Coroutine[Any, Any, Response]],
    ) -> Callable[[Service, Request, Any], Awaitable[Response]]:
        @wraps(method)
        async def call(self: Service, request: Request, context: Any) -> Response:
            left = context.time_remaining()
            if left is not None and left < TOO_LATE:
                await context.abort(
                    grpc.StatusCode.DEADLINE_EXCEEDED, "too late to begin; send again"
                )
            try:
                caller = self.guard.caller(context.invocation_metadata(), kinds)
                return await self.guard.begun.finish(method(self, request, caller))
            except EngineError as error:
                await abort(context, error)
            except Exception:  # noqa: BLE001 - a bug here must not look like a network failure
                _log.exception("%s failed", method.__name__)
                await abort(context, InternalError())

        return call

    return guarded


def streamed_to(
    *kinds: KeyKind,
) -> Callable[
    [Callable[[Service, Asked, ApiKey], AsyncIterator[Response]]],
    Callable[[Service, Asked, Any], AsyncIterator[Response]],
]:
    """As ``open_to``, for a method that answers for as long as its caller listens and may."""

    def guarded(
        method: Callable[[Service, Asked, ApiKey], AsyncIterator[Response]],
    ) -> Callable[[Service, Asked, Any], AsyncIterator[Response]]:
        @wraps(method)
        async def call(self: Service, request: Asked, context: Any) -> AsyncIterator[Response]:
            metadata = context.invocation_metadata()
            try:
                caller = self.guard.caller(metadata, kinds)
                async for response in method(self, request, caller):
                    self.guard.caller(metadata, kinds)  # a key that was revoked meanwhile
                    yield response
            except EngineError as error:
                await abort(context, error)
            except Exception:  # noqa: BLE001 - a bug here must not look like a network failure
                _log.exception("%s failed", method.__name__)
                await abort(context, InternalError())

        return call

    return guarded
