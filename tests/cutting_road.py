"""A road to a PostgreSQL server on which a session ends right after the server has kept a commit."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

_COMMITTED = b"C\0\0\0\x0bCOMMIT\0"
"""CommandComplete of a COMMIT (PostgreSQL's frontend/backend protocol, version 3)."""
_FIELDS = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
_ENDED = b"E" + (4 + len(_FIELDS)).to_bytes(4, "big") + _FIELDS
"""ErrorResponse with which a server ends a session."""


class CuttingRoad:
    """Carries one connection after the other. Once ``armed``, the next commit's answer is the last."""

    def __init__(self, url: str) -> None:
        self._folder = Path(parse_qs(urlsplit(url).query)["host"][0])
        self._gate = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = [self._gate]
        self.armed = False
        port = self._gate.getsockname()[1]
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=disable"
        self._begin(self._open)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for end in self._ends:
            end.close()

    def _begin(self, work: Callable[..., None], *ends: socket.socket) -> None:
        threading.Thread(target=work, args=ends, daemon=True).start()

    def _open(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._gate.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._folder / ".s.PGSQL.5432"))
                self._ends += [client, server]
                self._begin(self._carry, client, server)
                self._begin(self._answer, server, client)

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while told := client.recv(1 << 16):
                server.sendall(told)
            server.shutdown(socket.SHUT_WR)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while told := server.recv(1 << 16):
                before, kept, _ = told.partition(_COMMITTED)
                if self.armed and kept:
                    client.sendall(before + kept + _ENDED)
                    return
                client.sendall(told)
