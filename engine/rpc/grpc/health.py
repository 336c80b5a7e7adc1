"""grpc.health.v1: SERVING while every store accepts writes and the doors are not closing.

Health is answered without a key: load balancers have none.
"""
# ruff: noqa: N802

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from engine.ports.engine import Engine

SERVICES = (
    "",
    "relance.v1.Events",
    "relance.v1.Console",
    "relance.v1.Control",
    "relance.v1.Imports",
    "relance.v1.Catalog",
    "relance.v1.Exports",
    "relance.v1.Surveys",
    "relance.v1.Lives",
)
PERIOD = 1.0
"""Seconds between two looks on behalf of a watcher."""

_Status = health_pb2.HealthCheckResponse.ServingStatus


class Health(health_pb2_grpc.HealthServicer):  # type: ignore[misc]
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Answer NOT_SERVING from now on and let watchers go."""
        self._closing.set()

    async def Check(self, request: Any, context: Any) -> health_pb2.HealthCheckResponse:
        if request.service not in SERVICES:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"no service {request.service!r} here")
        return health_pb2.HealthCheckResponse(status=self._status(request.service))

    async def Watch(
        self, request: Any, _context: Any
    ) -> AsyncIterator[health_pb2.HealthCheckResponse]:
        told = None
        while told is None or not self._closing.is_set():
            status = self._status(request.service)
            if status != told:
                yield health_pb2.HealthCheckResponse(status=status)
                told = status
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PERIOD):
                    await self._closing.wait()
        yield health_pb2.HealthCheckResponse(status=self._status(request.service))

    def _status(self, service: str) -> int:
        if service not in SERVICES:
            return int(_Status.Value("SERVICE_UNKNOWN"))
        serving = self._engine.ready() and not self._closing.is_set()
        return int(_Status.Value("SERVING" if serving else "NOT_SERVING"))
