"""A whole engine on a workspace, in one process on a faster clock, with a real SMTP server to write to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import msgspec

from engine.bootstrap import Spec, init_data, part
from engine.clock import SystemClock
from engine.domain.rulebooks.definitions import encode
from engine.loading.definitions import load
from engine.offline import create_key
from engine.rpc.client import Relance
from engine.runtime.coordinator import NAME, SENDER
from engine.runtime.processes.in_process import InProcessRuntime
from engine.runtime.processes.supervisor import Supervisor
from engine.settings import Email, Rpc, Runtime, Settings, Sms
from tests.smtp_server import Server, smtp_server

PUBLIC = "https://relance.example"
LOOK = 0.02
Report = dict[str, Any]


class Engine:
    """``clock`` is the engine's; ``http`` its pages."""

    def __init__(
        self, server: Server, admin: Relance, http: httpx.AsyncClient, clock: SystemClock
    ) -> None:
        self.server = server
        self.http = http
        self.clock = clock
        self._admin = admin

    async def ask(self, method: str, *args: Any, **rest: Any) -> Any:
        return await asyncio.to_thread(lambda: getattr(self._admin, method)(*args, **rest))

    async def mails(self, count: int) -> list[EmailMessage]:
        while len(self.server.received) < count:
            await asyncio.sleep(LOOK)
        return self.server.mails

    async def until(self, holds: Callable[[Report], object], key: str = "user_id:1") -> Report:
        while not holds(contact := await self.ask("contact", key)):
            await asyncio.sleep(LOOK)
        return dict(contact)


@asynccontextmanager
async def whole_engine(
    folder: Path, workspace: Path, rate: float, *, sms: Sms | None = None
) -> AsyncIterator[Engine]:
    """``rate`` is how many times faster its clock runs."""
    clock = SystemClock(rate, SystemClock().now())
    async with smtp_server() as server:
        settings = Settings(
            runtime=Runtime(clock_rate=clock.rate, clock_origin=clock.origin),
            rpc=Rpc(grpc="127.0.0.1:0", http="127.0.0.1:0", public_url=PUBLIC),
            email=Email(route=server.url),
            sms=sms or Sms(),
        )
        data = folder / "data"
        init_data(data, settings)
        key = create_key(data, "admin", "eve")
        spec = Spec(str(data), settings, 1, encode(load(workspace)))
        runtime = InProcessRuntime(part, msgspec.msgpack.encode(spec))
        supervisor = Supervisor(runtime, [SENDER, "host-0", NAME], lambda _: None)
        await supervisor.start()
        watching = asyncio.create_task(supervisor.run())
        grpc, http = msgspec.msgpack.decode(await runtime.calls.call(NAME, "addresses", b""))
        try:
            async with httpx.AsyncClient(base_url=f"http://{http}") as web:
                with Relance(grpc, key) as admin:
                    yield Engine(server, admin, web, clock)
        finally:
            watching.cancel()
            await supervisor.stop()
