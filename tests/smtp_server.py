"""A real SMTP server (aiosmtpd) in the test's own loop, that can be told to misbehave."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Server:
    """``replies`` holds what to answer at MAIL, RCPT and DATA; ``drop`` the phase at which to hang up."""

    def __init__(self, tls: ssl.SSLContext | None = None, **options: Any) -> None:
        self.tls = tls
        self.options = options
        self.received: list[bytes] = []
        self.replies: dict[str, str] = {}
        self.drop = ""
        self.pace = 0.0
        self.connections = 0
        self.open_data = 0
        self.port = 0
        self._transports: set[Any] = set()
        self._listening: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?starttls=never"

    @property
    def open_connections(self) -> int:
        return len(self._transports)

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.received]

    @property
    def message_ids(self) -> Counter[str]:
        return Counter(str(mail["Message-ID"]) for mail in self.mails)

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(
            lambda: _Protocol(self), "127.0.0.1", self.port, ssl=self.tls
        )
        self.port = self._listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._listening
        self._listening.close()
        self.hang_up()
        await asyncio.sleep(0.01)

    def hang_up(self) -> None:
        """Drop every connection there is."""
        for transport in list(self._transports):
            transport.abort()

    async def answer(self, server: SMTP, phase: str) -> str | None:
        if self.drop == phase:
            server.transport.abort()  # type: ignore[union-attr]
            return "421 dropped"
        return self.replies.get(phase)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self.answer(server, "MAIL") or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self.answer(server, "RCPT")
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.pace)
        refused = self.replies.get("DATA")
        if not refused:
            assert isinstance(envelope.content, bytes)
            self.received.append(envelope.content)
        return await self.answer(server, "DATA") or f"250 queued as {len(self.received)}"


class _Protocol(SMTP):
    def __init__(self, owner: Server) -> None:
        super().__init__(owner, hostname="sink", enable_SMTPUTF8=False, **owner.options)
        self.owner = owner

    def connection_made(self, transport: Any) -> None:
        self.owner.connections += 1
        self.owner._transports.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.owner._transports.discard(self.transport)
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        self.owner.open_data += 1
        try:
            await super().smtp_DATA(arg)
        finally:
            self.owner.open_data -= 1


@asynccontextmanager
async def smtp_server(tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Server]:
    """``tls`` from the first byte; ``options`` are aiosmtpd's."""
    server = Server(tls, **options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def raw_server(
    converse: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """A server that says exactly what the test says; yields its URL."""

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):
            await converse(reader, writer)
        writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"smtp://127.0.0.1:{port}?starttls=never"
    finally:
        server.close()
