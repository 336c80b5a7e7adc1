"""The documents that browser and mobile SDKs fetch before they send: minimal forms that work."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.errors import EngineError
from engine.ports.control_store import ApiKey
from engine.ports.engine import Engine
from engine.rpc.gate import PUSHERS, admit, secret_of
from engine.rpc.http.http_fault import answer, fault_of
from engine.rpc.http.ingest import JSON

LOADER = "/analytics.js/v1/{key}/analytics.min.js"
SETTINGS = "/v1/projects/{key}/settings"
SOURCE_CONFIG = ("/sourceConfig", "/sourceConfig/")
_CACHED = {"Cache-Control": "public, max-age=300, stale-while-revalidate=86400"}
_OFF = {"enabled": False}


class Bootstrapping:
    """Answers from the keys in memory: an SDK that is refused here does not start."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def routes(self) -> list[Route]:
        own = [Route(path, self._source_config, methods=["GET"]) for path in SOURCE_CONFIG]
        loader = Route(LOADER, self._loader, methods=["GET"])
        return [Route(SETTINGS, self._settings, methods=["GET"]), loader, *own]

    async def _loader(self, request: Request) -> Response:
        """The script that the classic snippet of analytics.js asks for."""
        secret = request.path_params["key"]
        try:
            admit(self._engine, (secret,), ("public",))
        except EngineError as error:
            return answer(fault_of(error))
        text = _script().replace("__KEY__", secret)
        return Response(text, headers=_CACHED, media_type="text/javascript")

    async def _settings(self, request: Request) -> Response:
        secret = request.path_params["key"]
        try:
            admit(self._engine, (secret,), PUSHERS)
        except EngineError as error:
            return answer(fault_of(error))
        return _document(segment_settings(secret, request.url.netloc, request.url.scheme))

    async def _source_config(self, request: Request) -> Response:
        header = secret_of(request.headers.get("authorization", ""))
        shown = header, request.query_params.get("writeKey", "")
        try:
            key = admit(self._engine, shown, PUSHERS)
        except EngineError as error:
            return answer(fault_of(error))
        secret = next(secret for secret in shown if secret and self._engine.authenticate(secret))
        return _document(source_config(key, secret))


@cache
def _script() -> str:
    return Path(__file__).with_name("analytics.js").read_text(encoding="utf-8")


def segment_settings(secret: str, host: str, protocol: str) -> dict[str, Any]:
    """analytics-next's: one integration, for each further one it would fetch a script."""
    ours = {"apiKey": secret, "apiHost": f"{host}/v1", "protocol": protocol}
    return {"integrations": {"Segment.io": ours}, "plan": {}, "metrics": {"sampleRate": 0}}


def source_config(key: ApiKey, secret: str) -> dict[str, Any]:
    """RudderStack's: no destination runs in the page, and the SDK reports nothing about itself."""
    updated = datetime.fromtimestamp(key.created / 1_000, UTC).isoformat()
    source = {
        "id": key.id,
        "name": key.name,
        "writeKey": secret,
        "enabled": True,
        "workspaceId": "relance",
        "config": {"statsCollection": {"errors": _OFF, "metrics": _OFF}},
        "destinations": [],
        "updatedAt": updated,
    }
    return {"source": source, "updatedAt": updated}


def _document(document: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(document), 200, _CACHED, JSON)
