"""A real SMTP server (RFC 5321) that keeps what it is given, and sends nothing on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mail(NamedTuple):
    """``reply`` is what the server answered: it is in the engine's log too."""

    to: str
    reply: str
    message: EmailMessage

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part else ""


class Postbox:
    """``folder``, where there is one, gets each mail as a file; ``arrived`` is told of each."""

    def __init__(self, folder: Path | None, arrived: Callable[[Mail], None]) -> None:
        self.mails: list[Mail] = []
        self._folder = folder
        self._arrived = arrived

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.content
        if not isinstance(raw, bytes):
            return "554 5.6.0 a mail is bytes"
        number = len(self.mails) + 1
        if self._folder:
            (self._folder / f"{number:04}.eml").write_bytes(raw)
        message = message_from_bytes(raw, policy=policy.default)
        mail = Mail(envelope.rcpt_tos[0], f"250 2.0.0 queued as {number}", message)
        self.mails.append(mail)
        self._arrived(mail)
        return mail.reply


@asynccontextmanager
async def listening(box: Postbox) -> AsyncIterator[str]:
    """Yields the route to the postbox, on a free port of this machine."""

    def protocol() -> Any:
        return SMTP(box, hostname="postbox.example", enable_SMTPUTF8=False)

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}?starttls=never"
    finally:
        server.close()
