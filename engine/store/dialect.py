"""What differs between databases where stores and migrations do the same."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Engine

from engine.store.statement import Statement


class Dialect(NamedTuple):
    """``begin`` opens a transaction that writes; ``versioned`` has a row once revisions are counted.

    ``engine`` makes an Alembic-ready engine of one open driver connection.
    """

    text: Callable[[Statement | str], str]
    begin: str
    versioned: str
    engine: Callable[[Any], Engine]
