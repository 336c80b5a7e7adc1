"""What is wrong with one row: enough for whoever has the file open to find and mend it."""

from typing import NamedTuple


class Problem(NamedTuple):
    """``line`` as an editor counts it, from 1 on; ``column`` is empty when it is the whole row."""

    line: int
    column: str
    code: str
    reason: str


class Misread(Exception):  # noqa: N818
    """One value cannot be taken as what it should be."""

    def __init__(self, code: str, reason: str, column: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.column = column
