"""An event in the address of an image, for pages and mails without scripts (RudderStack's pixel)."""

import json
from base64 import b64decode
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.responses import Response

from engine.domain.event import Event
from engine.ports.engine import Refusal, Verdict

GIF = b64decode(b"R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""One transparent point."""
DEPTH = 4
"""Levels that a name may go down."""


def item_of(query: Iterable[tuple[str, str]]) -> bytes:
    """``event=X&properties.price=2`` as a Segment-shaped item; a dot goes one level down."""
    item: dict[str, Any] = {}
    for name, value in query:
        *path, last = name.split(".", DEPTH)
        inner = item
        for step in path:
            deeper = inner.setdefault(step, {})
            inner = deeper if isinstance(deeper, dict) else {}
        inner.setdefault(last, value)
    item.pop("writeKey", None)
    return json.dumps(item).encode()


def drawn(_items: Sequence[Event | Refusal], _verdicts: Sequence[Verdict]) -> Response:
    """The image, which no cache may keep: the next one is another event."""
    return Response(GIF, media_type="image/gif", headers={"Cache-Control": "no-store"})
