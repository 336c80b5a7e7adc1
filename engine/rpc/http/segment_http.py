"""Segment's HTTP tracking API: what its SDKs, and those that copy it, send unchanged."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.rpc.gate import secret_of
from engine.rpc.http import body, pixel
from engine.rpc.http.envelope import batch_of, single_of
from engine.rpc.http.ingest import Ingest, Parcel, report

BATCHES = ("/v1/batch", "/v1/b", "/v1/import")
BEACON = "/beacon/v1/batch"
"""RudderStack's: a page that is being left sends no headers, so its key stands in the address."""
PIXELS = {"/pixel/v1/track": "track", "/pixel/v1/page": "page"}
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


def routes(ingest: Ingest) -> list[Route]:
    taken = [ingest.route(path, _batch) for path in BATCHES]
    taken += [ingest.route(path, partial(_single, kind)) for path, kind in SINGLES.items()]
    taken += [
        ingest.route(path, partial(_pixel, kind), "GET", pixel.drawn)
        for path, kind in PIXELS.items()
    ]
    return [*taken, ingest.route(BEACON, _beacon), Route("/v1/m", _discard, methods=["POST"])]


async def _batch(request: Request) -> Parcel:
    envelope = batch_of(await body.read(request))
    return Parcel(envelope, (_header(request), envelope.write_key or ""))


async def _single(kind: str, request: Request) -> Parcel:
    envelope = single_of(await body.read(request))
    return Parcel(envelope, (_header(request), envelope.write_key or ""), kind)


async def _beacon(request: Request) -> Parcel:
    return Parcel(batch_of(await body.read(request)), (_query(request),))


async def _pixel(kind: str, request: Request) -> Parcel:
    item = pixel.item_of(request.query_params.multi_items())
    return Parcel(single_of(item), (_query(request),), kind)


def _header(request: Request) -> str:
    return secret_of(request.headers.get("authorization", ""))


def _query(request: Request) -> str:
    return request.query_params.get("writeKey", "")


async def _discard(_request: Request) -> Response:
    """The browser library's measurements of itself."""
    return report([], [])
