"""Segment's HTTP tracking API: what its SDKs, and those that copy it, send unchanged.

No route redirects: two SDKs take a 3xx for success and lose what they sent.
"""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from engine.domain.event import Event
from engine.errors import EngineError
from engine.ports import ApiKey, Engine, Refusal, Verdict
from engine.rpc import body
from engine.rpc.begun import Begun
from engine.rpc.cors import CrossOrigin
from engine.rpc.envelope import Envelope, batch_of, shared_of, single_of
from engine.rpc.gate import PUSHERS, admit, secret_of
from engine.rpc.http_fault import Fault, answer, fault_of
from engine.rpc.intake import MOST, Intake

BATCHES = ("/v1/batch", "/v1/b", "/v1/import")
SINGLES = {
    "/v1/track": "track",
    "/v1/t": "track",
    "/v1/identify": "identify",
    "/v1/i": "identify",
    "/v1/page": "page",
    "/v1/p": "page",
    "/v1/screen": "screen",
    "/v1/s": "screen",
    "/v1/group": "group",
    "/v1/g": "group",
    "/v1/alias": "alias",
    "/v1/a": "alias",
}
_log = logging.getLogger(__name__)


class SegmentHttp:
    """The handlers; ``app`` is what a server serves: these, and ``more`` routes of others."""

    def __init__(
        self, engine: Engine, intake: Intake, begun: Begun, more: Sequence[Route] = ()
    ) -> None:
        self._engine = engine
        self._more = more
        self._intake = intake
        self._begun = begun

    def app(self) -> ASGIApp:
        routes = [Route(path, self._take, methods=["POST"]) for path in (*BATCHES, *SINGLES)]
        routes.append(Route("/v1/m", _discard, methods=["POST"]))
        routes.append(Route("/healthz", self._health, methods=["GET"]))
        routes.extend(self._more)
        app = Starlette(routes=routes, exception_handlers={HTTPException: _no_route})
        app.router.redirect_slashes = False
        return CrossOrigin(app)

    async def _take(self, request: Request) -> Response:
        try:
            return await self._taken(request)
        except Fault as fault:
            return answer(fault)
        except EngineError as error:
            return answer(fault_of(error))
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except Exception:  # noqa: BLE001 - the SDK must get JSON, and will send it again
            _log.exception("%s failed", request.url.path)
            text = "the engine has a bug here; its log says where"
            return answer(Fault(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", text))

    async def _taken(self, request: Request) -> Response:
        kind = SINGLES.get(request.url.path)
        raw = await body.read(request)
        envelope = single_of(raw) if kind else batch_of(raw)
        secrets = secret_of(request.headers.get("authorization", "")), envelope.write_key or ""
        caller = admit(self._engine, secrets, PUSHERS)
        if len(envelope.batch) > MOST:
            text = f"{len(envelope.batch)} events in one batch: send at most {MOST}"
            raise Fault(HTTPStatus.BAD_REQUEST, "too_many_events", text)
        items = self._items(envelope, caller, kind, request.client.host if request.client else "")
        pushed = self._engine.push(caller.name, items) if items else None
        verdicts = await self._begun.finish(pushed) if pushed else []
        return Response(_report(items, verdicts), media_type="application/json")

    def _items(
        self, envelope: Envelope, caller: ApiKey, kind: str | None, ip: str
    ) -> list[Event | Refusal]:
        public = caller.kind == "public"
        shared = shared_of(envelope, caller.name, self._engine.now(), public=public, ip=ip)
        return self._intake.json_items(map(bytes, envelope.batch), shared, kind)

    async def _health(self, _request: Request) -> Response:
        ready = self._engine.ready()
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return Response(msgspec.json.encode({"ready": ready}), status, None, "application/json")


def _report(items: Sequence[Event | Refusal], verdicts: Sequence[Verdict]) -> bytes:
    """SDKs read ``success``; people read ``rejected``."""
    rejected = [
        {"index": index, "message_id": item.message_id, "code": said.code, "reason": said.reason}
        for index, (item, said) in enumerate(zip(items, verdicts, strict=True))
        if said.outcome == "rejected"
    ]
    report: dict[str, Any] = {"success": True}
    return msgspec.json.encode(report | {"rejected": rejected} if rejected else report)


async def _discard(_request: Request) -> Response:
    """The browser library's measurements of itself."""
    return Response(_report([], []), media_type="application/json")


async def _no_route(request: Request, error: Exception) -> Response:
    """404 and 405 in the body that SDKs know."""
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else 500)
    text = f"{request.method} {request.url.path}: {status.phrase}; POST to /v1/batch"
    return answer(Fault(status, "not_found", text))
