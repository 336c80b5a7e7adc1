"""An SMTP server (RFC 5321) that takes every message and remembers when it came. A process of its own.

Prints its port; for each line on stdin prints, as one JSON document, what came since the last:
the number after ``Order `` in the subject (0 without one) and the instant (monotonic seconds).
"""

import asyncio
import re
import sys
import time

import msgspec

ORDER = re.compile(rb"^Subject: Order (\d+)", re.MULTILINE)
END = b"\r\n.\r\n"

arrived: list[tuple[int, float]] = []


class Session(asyncio.Protocol):
    """Answers commands as they come, also several at once (PIPELINING, RFC 2920)."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""
        self._in_data = False
        self._say(b"220 sink")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._message() if self._in_data else self._command():
            pass

    def _message(self) -> bool:
        text, end, rest = self._buffer.partition(END)
        if not end:
            return False
        found = ORDER.search(text)
        arrived.append((int(found[1]) if found else 0, time.monotonic()))
        self._buffer, self._in_data = rest, False
        self._say(b"250 kept")
        return True

    def _command(self) -> bool:
        line, end, self._buffer = self._buffer.partition(b"\r\n")
        if not end:
            self._buffer = line
            return False
        verb = line[:4].upper()
        if verb == b"EHLO":
            self._say(b"250-sink\r\n250-8BITMIME\r\n250 PIPELINING")
        elif verb == b"DATA":
            self._in_data = True
            self._say(b"354 go on")
        elif verb == b"QUIT":
            self._say(b"221 bye")
            self._transport.close()
        else:
            self._say(b"250 ok")
        return True

    def _say(self, reply: bytes) -> None:
        self._transport.write(reply + b"\r\n")


def _tell(what: object) -> None:
    sys.stdout.write(f"{msgspec.json.encode(what).decode()}\n")
    sys.stdout.flush()


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Session, "127.0.0.1", 0)
    _tell(server.sockets[0].getsockname()[1])
    while await loop.run_in_executor(None, sys.stdin.readline):
        told = arrived.copy()
        arrived.clear()
        _tell(told)


if __name__ == "__main__":
    asyncio.run(main())
