"""How far an import has come, as the engine keeps it for its sender."""

from typing import Any

import msgspec


class Progress(msgspec.Struct):
    """``rows`` were read, good or bad, up to the file's line ``line``. ``cursor``: see Origin."""

    rows: int = 0
    line: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    cursor: Any = None

    @classmethod
    def of(cls, raw: bytes) -> "Progress":
        return msgspec.json.decode(raw, type=cls) if raw else cls()

    def noted(self) -> bytes:
        return msgspec.json.encode(self)
