"""What is wrong with one row: enough for whoever has the file open to find and mend it."""

from typing import Any, NamedTuple


class Problem(NamedTuple):
    """``line`` as an editor counts it, from 1 on; ``column`` is empty when it is the whole row.

    The reason repeats no value: it is about somebody. ``row`` is what stood there.
    """

    line: int
    column: str
    code: str
    reason: str
    row: Any = None

    def told(self) -> dict[str, Any]:
        """Without the row."""
        return {name: getattr(self, name) for name in ("line", "column", "code", "reason")}


class Misread(Exception):  # noqa: N818
    """One value cannot be taken as what it should be."""

    def __init__(self, code: str, reason: str, column: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.column = column
