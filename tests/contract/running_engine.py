"""A whole engine in a loop of its own, for tests that stand outside of it."""

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from engine.offline import create_key
from engine.rpc.client import Relance
from engine.runtime.part import Runtime
from engine.runtime.processes.census import wanted_parts
from engine.runtime.processes.supervisor import Supervisor
from tests.acceptance import shop
from tests.acceptance.engine_process import wait_until
from tests.acceptance.sink import Sink

HOSTS = 2
PARTS = ["sender", *(f"host-{host}" for host in range(HOSTS)), "coordinator"]
T = TypeVar("T")


class RunningEngine:
    """An engine in a loop of its own; ``service`` pushes, ``operator`` asks and acts."""

    def __init__(
        self, runtime: Runtime, data: Path, workspace: Path, smtp: Sink, dedicated: int = 0
    ) -> None:
        self.runtime = runtime
        self.workspace = workspace
        self.smtp = smtp
        self.key = create_key(data, "server", "shop")
        self.admin = create_key(data, "admin", "operator")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        wanted = wanted_parts(runtime.calls, "coordinator") if dedicated else None
        self._supervisor = Supervisor(runtime, PARTS, wanted=wanted)

    def start(self) -> None:
        self._thread.start()
        self.within(self._supervisor.start())
        self._watching = asyncio.run_coroutine_threadsafe(self._supervisor.run(), self._loop)
        addresses = self.within(self.runtime.calls.call("coordinator", "addresses", b""))
        self.grpc = msgspec.msgpack.decode(addresses)[0]
        self.service = Relance(self.grpc, self.key)
        self.operator = Relance(self.grpc, self.admin)
        wait_until(self.operator.health, "every host has its rulebook")

    def within(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def stop(self) -> None:
        self.service.close()
        self.operator.close()
        self.within(self._supervisor.stop())
        self._watching.result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def push(self, *items: shop.Item) -> list[str]:
        return [answer.outcome for answer in self.service.push(items)]

    def contact(self, key: str) -> dict[str, Any]:
        """Once the contact has been given the key: it claims what its first event does not address."""
        wait_until(lambda: self.operator.contact(key, 0), f"{key} is claimed")
        found = self.operator.contact(key, 50)
        assert found
        return found

    def events(self) -> dict[str, int]:
        return dict(self.operator.status()["events"])

    def mails_to(self, address: str) -> list[str]:
        return [str(mail["Subject"]) for mail in self.smtp.mails() if mail["To"] == address]
