"""Where providers call: what became of a message, and what people answer.

A provider tells most things once and waits some seconds, so whatever is being restarted here is
waited for, and the answer comes after the commit. All of it may be told twice.
"""

import logging
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from engine.domain.channel import ADDRESSES
from engine.domain.event import Event
from engine.domain.intake.notice import Inbound
from engine.domain.intake.statement import CHANGED
from engine.domain.profile.consent import OPTED_OUT
from engine.domain.profile.identity import key_of
from engine.errors import EngineError, Unknown
from engine.ports.engine import Engine
from engine.ports.sending import INBOUND, RECEIPTS, Hook
from engine.rpc.begun import Begun
from engine.rpc.http import body
from engine.rpc.http.http_fault import Fault, answer, fault_of
from engine.rpc.http.insisting import insist

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
        await insist(lambda: self._engine.receipts.notice(notice))

    async def _keep_inbound(self, hook: Hook, call: Call) -> None:
        heard = hook.inbound(*call[1:])
        await insist(lambda: self._take_in(heard))

    async def _take_in(self, heard: Inbound) -> None:
        """STOP holds for the number, hence for everybody who has it; the rest is the sender's own."""
        channel, address, by = heard.channel, heard.address, heard.source
        if heard.stop:
            await self._engine.consents.suppress(channel, address, OPTED_OUT, by)
        elif heard.start:
            await self._engine.consents.lift(channel, address, by, (OPTED_OUT,))
        told = [self._event(heard, heard.id, f"{channel.upper()} Received", _heard(heard))]
        if heard.stop or heard.start:
            status = "withdrawn" if heard.stop else "resumed"
            consent = {"channel": channel, "status": status, "source": OPTED_OUT}
            told.append(self._event(heard, f"{heard.id}/consent", CHANGED, consent))
        for said, verdict in zip(told, await self._engine.push(by, told), strict=True):
            if verdict.outcome == "rejected":
                _log.error("%s from %s: %s", said.name, by, verdict.reason)

    def _event(self, heard: Inbound, number: str, name: str, told: dict[str, Any]) -> Event:
        now = self._engine.now()
        return Event(
            keys=(key_of(ADDRESSES[heard.channel], heard.address),),
            name=name,
            kind="track",
            message_id=number,
            source=heard.source,
            fingerprint=self._engine.fingerprint(heard.source, number),
            at=now,
            received=now,
            properties=msgspec.json.encode(told),
        )


def _heard(heard: Inbound) -> dict[str, Any]:
    return {"text": heard.text, "stop": heard.stop}


def _target(request: Request) -> str:
    """Path and query exactly as they were asked for."""
    path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    return (path + (b"?" + query if query else b"")).decode("latin-1")
