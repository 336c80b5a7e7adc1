"""The two ways into the engine: HTTP as a browser takes it, gRPC as the shop's server does."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any

import msgspec

from engine.cli.demo.visits import Act
from engine.clock import Clock
from engine.errors import RequestError

if TYPE_CHECKING:
    from engine.rpc.client import Relance

TIMEOUT = 60.0
"""Seconds, of real time: who gives up sooner sends again, and then more is judged than was sent."""


class Doors:
    """``sent`` counts the events answered, by door; ``refused`` holds each reason by its code."""

    def __init__(
        self, http: str, write_key: str, server: "Relance", clock: Clock, opening: int
    ) -> None:
        self._http, self._write_key, self._server = http, write_key, server
        self._clock, self._opening = clock, opening
        self.sent: Counter[str] = Counter()
        self.refused: dict[str, str] = {}

    async def send(self, act: Act) -> None:
        """Raises RequestError when the engine does not take the request as a whole."""
        happened = act.at if act.happened < 0 else act.happened
        dated = {"timestamp": _text(self._opening + happened), "sentAt": _text(self._clock.now())}
        through = self._browser if act.door == "http" else self._service
        refused = await asyncio.to_thread(through, [event | dated for event in act.events])
        self.sent[act.door] += len(act.events)
        self.refused.update(refused)

    def _browser(self, events: list[dict[str, Any]]) -> dict[str, str]:
        """One connection a request: every browser has its own."""
        body = msgspec.json.encode({"writeKey": self._write_key, "batch": events})
        connection = HTTPConnection(self._http, timeout=TIMEOUT)
        try:
            connection.request("POST", "/v1/batch", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            status, answer = response.status, response.read()
        except (OSError, HTTPException) as error:
            raise RequestError(f"no answer over HTTP at {self._http}: {error}") from error
        finally:
            connection.close()
        if status != 200:  # noqa: PLR2004
            raise RequestError(f"HTTP {status}: {answer.decode(errors='replace')}")
        rejected = msgspec.json.decode(answer).get("rejected", [])
        return {row["code"]: row["reason"] for row in rejected}

    def _service(self, events: list[dict[str, Any]]) -> dict[str, str]:
        answers = self._server.push(events, TIMEOUT)
        return {one.code: one.reason for one in answers if one.outcome == "rejected"}


def _text(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC).isoformat(timespec="milliseconds")
