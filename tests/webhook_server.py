"""A receiver of webhooks on a real socket: it checks each signature with the library of the standard."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

SECRET = "whsec_" + "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
OLDER = "whsec_" + "b2xkZXJvbGRlcm9sZGVyb2xkZXJvbGRlcg=="


class Receiver:
    """``answers`` are given in turn, the last one for ever: status, body, headers."""

    def __init__(self) -> None:
        self.url = ""
        self.ids: list[str] = []
        self.bodies: list[Any] = []
        self.answers: list[tuple[int, bytes, dict[str, str]]] = [(200, b"", {})]

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        for secret in (SECRET, OLDER):
            self.bodies.append(Webhook(secret).verify(body, dict(request.headers)))
        self.bodies.pop()
        self.ids.append(request.headers["webhook-id"])
        status, content, headers = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=status, body=content, headers=headers)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    made, app = Receiver(), web.Application(client_max_size=2**20)
    app.router.add_post("/hooks", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    made.url = f"http://127.0.0.1:{port}/hooks"
    yield made
    await runner.cleanup()
