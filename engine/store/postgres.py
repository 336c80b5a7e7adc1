"""The stores in one PostgreSQL database: a schema a host, and one for control."""

from collections.abc import Iterable

from engine.domain.profile.identity import SLOTS
from engine.store.control import SqlControlStore
from engine.store.host import SqlHostStore
from engine.store.postgres_database import PostgresDatabase


class PostgresHostStore(SqlHostStore):
    """``url`` as libpq takes it; see ``PostgresDatabase`` for ``fence_only``."""

    def __init__(
        self, url: str, host: int, slots: Iterable[int] = range(SLOTS), *, fence_only: bool = False
    ) -> None:
        super().__init__(
            PostgresDatabase(url, f"host_{host}", "host", fence_only=fence_only), slots
        )


class PostgresControlStore(SqlControlStore):
    """``url`` as libpq takes it; see ``PostgresDatabase`` for ``fence_only``."""

    def __init__(self, url: str, *, fence_only: bool = False) -> None:
        super().__init__(PostgresDatabase(url, "control", "control", fence_only=fence_only))
