"""Fixtures that every suite may use. Ray and PostgreSQL are started once a session."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.runtime.ray_runtime import RayRuntime
from tests.postgres_server import PostgresServer


class SharedRay(RayRuntime):
    """Outlives the engines that tests run on it."""

    async def start(self) -> None:
        """It is up."""

    async def stop(self) -> None:
        for part in self.pids():
            await self.kill(part)


@pytest.fixture(scope="session")
def ray_notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the toy parts of the shared Ray write to."""
    return tmp_path_factory.mktemp("ray")


@pytest.fixture(scope="session")
def ray_runtime(ray_notes: Path) -> Iterator[SharedRay]:
    """A started Ray whose parts are toys; a test ends the parts that it starts."""
    runtime = SharedRay("tests.toys.parts:toy", str(ray_notes).encode())
    asyncio.run(RayRuntime.start(runtime))
    yield runtime
    asyncio.run(RayRuntime.stop(runtime))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real server; skipped where the wheel that carries one is missing, which CI does not allow."""
    missing = PostgresServer.missing()
    if missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    server = PostgresServer()
    yield server
    server.end()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """A database with nothing in it."""
    postgres_server.clear()
    return postgres_server.url
