"""The doors of a Coordinator: gRPC, HTTP and the control socket, in the loop that starts them."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2_grpc
from grpc_reflection.v1alpha.reflection import SERVICE_NAME, enable_server_reflection

from engine.ports.engine import Engine
from engine.ports.sending import Hook
from engine.rpc import listening
from engine.rpc import relance_pb2_grpc as wire
from engine.rpc.begun import Begun
from engine.rpc.control_socket import ControlSocket
from engine.rpc.grpc.catalog import Catalog
from engine.rpc.grpc.exports import Exports
from engine.rpc.grpc.guard import Guard
from engine.rpc.grpc.health import SERVICES, Health
from engine.rpc.grpc.imports import Imports
from engine.rpc.grpc.lives import Lives
from engine.rpc.grpc.privacy import Privacy
from engine.rpc.grpc.services import Console, Control, Events
from engine.rpc.grpc.streaming import Streaming
from engine.rpc.grpc.surveys import Surveys
from engine.rpc.grpc.watching import Watching
from engine.rpc.grpc.webhooks import Webhooks
from engine.rpc.http.callbacks import Callbacks
from engine.rpc.http.consent_http import ConsentHttp
from engine.rpc.http.handoff_http import HandoffHttp
from engine.rpc.http.http_app import http_app
from engine.rpc.http.http_server import HttpServer
from engine.rpc.http.visitors import Visitors
from engine.rpc.items.enrichment import Enrichment
from engine.rpc.items.intake import Intake

LARGEST = 4 * 2**20
"""Bytes of one gRPC message, received or sent."""
_MINUTE = 60_000
_OPTIONS = (
    ("grpc.max_receive_message_length", LARGEST),
    ("grpc.max_send_message_length", LARGEST),
    ("grpc.so_reuseport", 0),  # else a second engine binds the same port and takes half the calls
    ("grpc.max_connection_age_ms", 30 * _MINUTE),
    ("grpc.max_connection_age_grace_ms", 30_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 30_000),
)


class Doors:
    """Serves ``engine`` until stopped. A port 0 is chosen by the system.

    ``socket_dir``: the folder for ``control.sock``, which needs no key; None opens none. ``hooks``:
    the providers that may call, by name. ``reflection``: the TCP address answers grpc.reflection.
    Without ``enrichment`` events are stored as they come.
    """

    def __init__(
        self,
        engine: Engine,
        grpc_address: str,
        http_address: str,
        socket_dir: Path | None = None,
        hooks: Mapping[str, Hook] | None = None,
        *,
        reflection: bool = False,
        visitors: Visitors | None = None,
        enrichment: Enrichment | None = None,
    ) -> None:
        self._engine = engine
        self._hooks = hooks or {}
        self._reflection = reflection
        self._grpc_address = grpc_address
        self._http_address = http_address
        self._socket_dir = socket_dir
        self._begun = Begun()
        self._visitors = visitors or Visitors()
        self._intake = Intake(engine, enrichment)
        self._watching = Watching(engine)
        self._streaming = Streaming(engine, self._intake, self._begun)
        self._closing = asyncio.Event()
        self._health: Health | None = None
        self._servers: list[grpc.aio.Server] = []
        self._http: HttpServer | None = None
        self._control: ControlSocket | None = None

    async def start(self) -> tuple[str, str]:
        """Open every door; answer the gRPC and HTTP addresses. Raises SettingsError, opening none."""
        self._health = Health(self._engine)
        try:
            bound = await self._serve_grpc()
            more = Callbacks(self._engine, self._hooks, self._begun).routes()
            more += ConsentHttp(self._engine, self._begun).routes()
            more += HandoffHttp(self._engine, self._begun).routes()
            app = http_app(self._engine, self._intake, self._begun, self._visitors, more)
            listener = listening.tcp(self._http_address, "http")
            self._http = HttpServer(app, listener, self._visitors.proxies)
            http = await self._http.start()
            if self._socket_dir is not None:
                await self._serve_control(self._socket_dir)
        except BaseException:
            await self.stop(0)
            raise
        return bound, http

    async def stop(self, grace: float = 5.0) -> None:
        """Say NOT_SERVING, take nothing new, finish what was begun within ``grace`` seconds."""
        if self._health is not None:
            self._health.close()
        self._watching.close()
        self._streaming.close()
        self._closing.set()
        stops = [server.stop(grace) for server in self._servers]
        if self._http is not None:
            stops.append(self._http.stop(grace))
        await asyncio.gather(*stops)
        await self._begun.settle(grace)
        if self._control is not None:
            self._control.remove()
        self._servers, self._http, self._control = [], None, None

    async def _serve_grpc(self) -> str:
        host, _ = listening.parted(self._grpc_address, "grpc")
        server = self._server(local=False)
        if self._reflection:
            enable_server_reflection((*SERVICES[1:], SERVICE_NAME), server)
        try:
            port = server.add_insecure_port(self._grpc_address)
        except RuntimeError:
            raise listening.taken(self._grpc_address, "grpc", "not free, or not ours") from None
        await server.start()
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    async def _serve_control(self, folder: Path) -> None:
        self._control = ControlSocket(folder)
        server = self._server(local=True)
        with self._control.fresh() as address:
            server.add_insecure_port(address)
        await server.start()

    def _server(self, *, local: bool) -> grpc.aio.Server:
        server = grpc.aio.server(options=_OPTIONS)
        self._servers.append(server)
        guard = Guard(self._engine, self._begun, local=local)
        events = Events(self._engine, self._intake, self._streaming, guard)
        wire.add_EventsServicer_to_server(events, server)
        wire.add_ConsoleServicer_to_server(Console(self._engine, self._watching, guard), server)
        wire.add_ControlServicer_to_server(Control(self._engine, self._intake, guard), server)
        wire.add_CatalogServicer_to_server(Catalog(self._engine, guard), server)
        wire.add_ExportsServicer_to_server(Exports(self._engine, guard), server)
        wire.add_LivesServicer_to_server(Lives(self._engine, guard), server)
        wire.add_PrivacyServicer_to_server(Privacy(self._engine, guard), server)
        wire.add_SurveysServicer_to_server(Surveys(self._engine, guard), server)
        wire.add_WebhooksServicer_to_server(Webhooks(self._engine, guard), server)
        wire.add_ImportsServicer_to_server(Imports(self._engine, self._closing, guard), server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        return server
