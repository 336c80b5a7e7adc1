"""CloudEvents over HTTP (CNCF HTTP protocol binding 1.0.2): binary, structured and batched."""

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import unquote

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.domain.event import Event
from engine.ports.engine import Refusal, Verdict
from engine.rpc.gate import secret_of
from engine.rpc.http import body
from engine.rpc.http.envelope import Envelope, batch_of
from engine.rpc.http.http_fault import Fault, answer
from engine.rpc.http.ingest import Ingest, Parcel, report
from engine.rpc.items.cloud_event import item_of

PATH = "/v1/cloudevents"
BATCHED = "application/cloudevents-batch+json"
STRUCTURED = "application/cloudevents+json"
_ANY_FORMAT = "application/cloudevents"
_HEADER = "ce-"


def routes(ingest: Ingest) -> list[Route]:
    return [ingest.route(PATH, _events, tell=_told)]


async def _events(request: Request) -> Parcel:
    raw = await body.read(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    secrets = (secret_of(request.headers.get("authorization", "")),)
    return Parcel(_envelope(kind, request.headers, raw), secrets, read=item_of)


def _envelope(kind: str, headers: Headers, raw: bytes) -> Envelope:
    """The start of the Content-Type decides the mode. Raises Fault."""
    if kind == BATCHED:
        return batch_of(b'{"batch":' + raw + b"}")
    if kind == STRUCTURED:
        return Envelope([msgspec.Raw(raw)])
    if kind.startswith(_ANY_FORMAT):
        text = f"{kind} is not read here: send JSON, {STRUCTURED} or {BATCHED}"
        raise Fault(HTTPStatus.BAD_REQUEST, "bad_format", text)
    if f"{_HEADER}specversion" not in headers:
        text = f"no CloudEvent: send ce- headers, or the Content-Type {STRUCTURED}"
        raise Fault(HTTPStatus.BAD_REQUEST, "no_cloudevent", text)
    return Envelope([msgspec.Raw(_structured(headers, raw))])


def _structured(headers: Headers, raw: bytes) -> bytes:
    """A binary event in the form of a structured one; its attributes are percent-encoded headers."""
    attributes = {
        name.removeprefix(_HEADER): msgspec.Raw(msgspec.json.encode(unquote(value)))
        for name, value in headers.items()
        if name.startswith(_HEADER)
    }
    if raw.strip():
        attributes["data"] = msgspec.Raw(raw)
    return msgspec.json.encode(attributes)


def _told(items: Sequence[Event | Refusal], verdicts: Sequence[Verdict]) -> Response:
    """Who sends one event reads the status only."""
    if len(verdicts) == 1 and verdicts[0].outcome == "rejected":
        return answer(Fault(HTTPStatus.BAD_REQUEST, verdicts[0].code, verdicts[0].reason))
    return report(items, verdicts)
