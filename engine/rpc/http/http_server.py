"""An HTTP server inside a loop that it does not own: no signal handlers, no loop, no threads."""

import asyncio
import socket
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from engine.rpc import listening


class HttpServer:
    """uvicorn's parts without its ``serve``, which takes the process's signals.

    ``proxies``: addresses or networks, by commas, whose ``X-Forwarded-For`` is believed; nobody's else.
    """

    def __init__(self, app: ASGIApp, listener: socket.socket, proxies: str = "") -> None:
        self._listener = listener
        self._config = uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies,
        )
        self._server = uvicorn.Server(self._config)
        self._ticks: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Answers the address that it is bound to."""
        self._config.load()
        self._server.lifespan = self._config.lifespan_class(self._config)
        await self._server.startup(sockets=[self._listener])
        self._ticks = asyncio.create_task(self._server.main_loop())
        return listening.named(self._listener)

    async def stop(self, grace: float) -> None:
        """No new connection; requests at work have ``grace`` seconds."""
        if self._ticks is None:
            self._listener.close()
            return
        self._server.should_exit = True
        self._config.timeout_graceful_shutdown = max(1, round(grace))
        await self._ticks
        self._ticks = None
        with suppress(asyncio.CancelledError):
            await self._server.shutdown(sockets=[self._listener])
