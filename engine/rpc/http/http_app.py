"""Everything that the HTTP door serves, as one application.

No route redirects: two SDKs take a 3xx for success and lose what they sent.
"""

from collections.abc import Sequence
from http import HTTPStatus

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from engine.ports.engine import Engine
from engine.rpc.begun import Begun
from engine.rpc.http import cloud_events_http, segment_http
from engine.rpc.http.bootstrapping import Bootstrapping
from engine.rpc.http.cors import CrossOrigin
from engine.rpc.http.http_fault import Fault, answer
from engine.rpc.http.ingest import JSON, Ingest
from engine.rpc.http.visitors import Visitors
from engine.rpc.items.intake import Intake


def http_app(
    engine: Engine, intake: Intake, begun: Begun, visitors: Visitors, more: Sequence[Route] = ()
) -> ASGIApp:
    """``more``: routes of others, such as providers' callbacks."""

    async def health(_request: Request) -> Response:
        ready = engine.ready()
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return Response(msgspec.json.encode({"ready": ready}), status, None, JSON)

    ingest = Ingest(engine, intake, begun, visitors)
    routes = [
        *segment_http.routes(ingest),
        *cloud_events_http.routes(ingest),
        *Bootstrapping(engine).routes(),
        Route("/healthz", health, methods=["GET"]),
        *more,
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _no_route})
    app.router.redirect_slashes = False
    return CrossOrigin(app)


async def _no_route(request: Request, error: Exception) -> Response:
    """404 and 405 in the body that SDKs know."""
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else 500)
    text = f"{request.method} {request.url.path}: {status.phrase}; POST to /v1/batch"
    return answer(Fault(status, "not_found", text))
