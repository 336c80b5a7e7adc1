"""One way in for every HTTP route that brings events: read, admit, judge, keep, answer."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from engine.domain.event import Event
from engine.errors import EngineError
from engine.ports.control_store import ApiKey
from engine.ports.engine import Engine, Refusal, Verdict
from engine.rpc.begun import Begun
from engine.rpc.gate import PUSHERS, admit
from engine.rpc.http.envelope import Envelope, shared_of
from engine.rpc.http.http_fault import Fault, answer, fault_of
from engine.rpc.http.visitors import Visitors
from engine.rpc.items import item
from engine.rpc.items.intake import MOST, Intake
from engine.rpc.items.item import Item

JSON = "application/json"
_log = logging.getLogger(__name__)


class Parcel(NamedTuple):
    """What a request brought. ``secrets``: the keys it showed; ``kind``: the type its route implies.

    ``read`` makes an item of one of the envelope's raw ones.
    """

    envelope: Envelope
    secrets: tuple[str, ...]
    kind: str | None = None
    read: Callable[[bytes], Item] = item.of_json


Unpack = Callable[[Request], Awaitable[Parcel]]
Tell = Callable[[Sequence[Event | Refusal], Sequence[Verdict]], Response]


class Ingest:
    def __init__(self, engine: Engine, intake: Intake, begun: Begun, visitors: Visitors) -> None:
        self._engine = engine
        self._intake = intake
        self._begun = begun
        self._visitors = visitors

    def route(
        self, path: str, unpack: Unpack, method: str = "POST", tell: Tell | None = None
    ) -> Route:
        """``unpack`` reads the request (may raise Fault); ``tell`` words the answer."""

        async def take(request: Request) -> Response:
            try:
                return await self._taken(request, unpack, tell or report)
            except Fault as fault:
                return answer(fault)
            except EngineError as error:
                return answer(fault_of(error))
            except ClientDisconnect:
                return Response(status_code=HTTPStatus.BAD_REQUEST)
            except Exception:  # noqa: BLE001 - the SDK must get JSON, and will send it again
                _log.exception("%s failed", path)
                text = "the engine has a bug here; its log says where"
                return answer(Fault(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", text))

        return Route(path, take, methods=[method])

    async def _taken(self, request: Request, unpack: Unpack, tell: Tell) -> Response:
        parcel = await unpack(request)
        caller = admit(self._engine, parcel.secrets, PUSHERS)
        if len(parcel.envelope.batch) > MOST:
            text = f"{len(parcel.envelope.batch)} events in one batch: send at most {MOST}"
            raise Fault(HTTPStatus.BAD_REQUEST, "too_many_events", text)
        ip = request.client.host if request.client else ""
        origin = request.headers.get("origin", "")
        self._visitors.admit(caller, origin, ip, len(parcel.envelope.batch), self._engine.now())
        items = self._items(parcel, caller, ip, request.headers.get("user-agent", ""))
        pushed = self._engine.push(caller.name, items) if items else None
        return tell(items, await self._begun.finish(pushed) if pushed else [])

    def _items(self, parcel: Parcel, caller: ApiKey, ip: str, agent: str) -> list[Event | Refusal]:
        now, public = self._engine.now(), caller.kind == "public"
        shared = shared_of(parcel.envelope, caller.name, now, public=public, ip=ip, agent=agent)
        raws = map(bytes, parcel.envelope.batch)
        return self._intake.json_items(raws, shared, parcel.kind, parcel.read)


def report(items: Sequence[Event | Refusal], verdicts: Sequence[Verdict]) -> Response:
    """SDKs read ``success``; people read ``rejected``, and ``misfits`` of events that were accepted."""
    told: dict[str, Any] = {"success": True}
    for index, (sent, said) in enumerate(zip(items, verdicts, strict=True)):
        if said.code:
            kind = "rejected" if said.outcome == "rejected" else "misfits"
            line = {"index": index, "message_id": sent.message_id}
            told.setdefault(kind, []).append(line | {"code": said.code, "reason": said.reason})
    return Response(msgspec.json.encode(told), media_type=JSON)
