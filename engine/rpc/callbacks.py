"""Where providers call: what became of a message, and what people answer.

A provider tells most things once and waits some seconds, so whatever is being restarted here is
waited for, and the answer comes after the commit. All of it may be told twice.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from engine.domain.channel import ADDRESSES
from engine.domain.consent import OPTED_OUT
from engine.domain.event import Event
from engine.domain.identity import key_of
from engine.domain.notice import Inbound
from engine.errors import Busy, EngineError, Unknown
from engine.ports.engine import Engine
from engine.ports.sending import INBOUND, RECEIPTS, Hook
from engine.rpc import body
from engine.rpc.begun import Begun
from engine.rpc.http_fault import Fault, answer, fault_of

WITHIN = 10.0
"""Seconds; Twilio waits for fifteen."""
AGAIN = 0.25
_log = logging.getLogger(__name__)


class Call(NamedTuple):
    """As a Hook reads it."""

    token: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Keep = Callable[[Hook, Call], Coroutine[Any, Any, None]]


class Callbacks:
    """``hooks`` by the provider's name, as it stands in the path."""

    def __init__(self, engine: Engine, hooks: Mapping[str, Hook], begun: Begun) -> None:
        self._engine = engine
        self._hooks = hooks
        self._begun = begun

    def routes(self) -> list[Route]:
        return [
            Route(RECEIPTS, self._receipt, methods=["POST"]),
            Route(INBOUND, self._inbound, methods=["POST"]),
        ]

    async def _receipt(self, request: Request) -> Response:
        return await self._answered(request, self._keep_receipt)

    async def _inbound(self, request: Request) -> Response:
        return await self._answered(request, self._keep_inbound)

    async def _answered(self, request: Request, keep: Keep) -> Response:
        try:
            return await self._kept(request, keep)
        except Fault as fault:
            return answer(fault)
        except EngineError as error:
            _log.warning("%s: %s", request.url.path, error)
            if isinstance(error, Unknown):
                return answer(Fault(HTTPStatus.NOT_FOUND, "unknown", str(error)))
            return answer(fault_of(error))
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)

    async def _kept(self, request: Request, keep: Keep) -> Response:
        hook = self._hooks.get(request.path_params["provider"])
        if hook is None:
            raise Unknown("no such provider is set up here")
        token = request.path_params.get("token", "")
        call = Call(token, _target(request), request.headers, await body.read(request))
        await self._begun.finish(keep(hook, call))
        media, content = hook.answer
        return Response(content, media_type=media)

    async def _keep_receipt(self, hook: Hook, call: Call) -> None:
        notice = hook.receipt(*call)
        await _insist(lambda: self._engine.notice(notice))

    async def _keep_inbound(self, hook: Hook, call: Call) -> None:
        heard = hook.inbound(*call[1:])
        await _insist(lambda: self._take_in(heard))

    async def _take_in(self, heard: Inbound) -> None:
        """STOP holds for the number, hence for everybody who has it; the rest is the sender's own."""
        if heard.stop:
            reason, by = OPTED_OUT, heard.source
            await self._engine.consents.suppress(heard.channel, heard.address, reason, by)
        said = self._event(heard)
        (verdict,) = await self._engine.push(heard.source, [said])
        if verdict.outcome == "rejected":
            _log.error("%s from %s: %s", said.name, heard.source, verdict.reason)

    def _event(self, heard: Inbound) -> Event:
        now = self._engine.now()
        withdrawn = {f"consent_{heard.channel}": False}
        said = {"text": heard.text, "stop": heard.stop}
        return Event(
            keys=(key_of(ADDRESSES[heard.channel], heard.address),),
            name=f"{heard.channel.upper()} Received",
            kind="identify" if heard.stop else "track",
            message_id=heard.id,
            source=heard.source,
            fingerprint=self._engine.fingerprint(heard.source, heard.id),
            at=now,
            received=now,
            properties=msgspec.json.encode(said),
            traits=msgspec.json.encode(withdrawn) if heard.stop else b"",
        )


async def _insist(keep: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Again while the engine is busy. Raises Busy when that takes too long."""
    try:
        async with asyncio.timeout(WITHIN):
            while True:
                try:
                    await keep()
                except Busy:
                    await asyncio.sleep(AGAIN)
                else:
                    return
    except TimeoutError:
        raise Busy(text="not kept in time; tell it again") from None


def _target(request: Request) -> str:
    """Path and query exactly as they were asked for."""
    path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    return (path + (b"?" + query if query else b"")).decode("latin-1")
