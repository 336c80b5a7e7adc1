"""Cross-origin answers (Fetch standard): every response of the ingest routes may be read by a page.

Errors too: a page that cannot read a 400 takes it for a network failure and sends it again. Keys of
pages are public and no cookie counts here, so any origin may ask.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET,POST,OPTIONS",
    "Access-Control-Allow-Headers": "authorization, content-type, x-retry-count, anonymousid, sentat",
    "Access-Control-Max-Age": "7200",
}


class CrossOrigin:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = Headers(scope=scope).get("origin") if scope["type"] == "http" else None
        if origin is None:
            await self._app(scope, receive, send)
            return

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                _allow(MutableHeaders(scope=message), origin)
            await send(message)

        if scope["method"] == "OPTIONS":
            await send_readable(_start())
            await send({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, receive, send_readable)


def _start() -> Message:
    headers = [(name.lower().encode(), value.encode()) for name, value in PREFLIGHT.items()]
    return {"type": "http.response.start", "status": 204, "headers": headers}


def _allow(headers: MutableHeaders, origin: str) -> None:
    headers["Access-Control-Allow-Origin"] = origin
    headers["Access-Control-Allow-Credentials"] = "true"
    headers["Access-Control-Expose-Headers"] = "Retry-After"
    headers.add_vary_header("Origin")
