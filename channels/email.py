"""Mail over SMTP (RFC 5321), one recipient a transaction, each phase judged for itself.

Until DATA begins a lost connection loses nothing. From there on the server may have taken the message
whatever we hear, so a loss is Unsure and never tried again here.
"""

from collections.abc import Callable
from typing import ClassVar

from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from channels.mime import compose, sender_header
from channels.recipient import ascii_address
from channels.smtp_pool import Connection, SmtpPool
from channels.smtp_reply import CLOSING, route_verdict, verdict
from channels.smtp_route import route_of
from engine.errors import ChannelError, Deferred, RouteDown, Unsure
from engine.ports.sending import Rendered


class _Stale(Exception):  # noqa: N818
    """A kept connection had died while it waited; nothing of the message was taken."""


class Email:
    """``route`` is an SMTP URL, ``data_timeout`` the seconds to wait for the answer after the dot."""

    name: ClassVar[str] = "email"

    def __init__(
        self,
        route: str,
        sender: str,
        *,
        connections: int = 10,
        per_connection: int = 100,
        data_timeout: float = 300.0,
        password: str = "",
    ) -> None:
        self.sender, address = sender_header(sender)
        self.envelope_sender = ascii_address(address)
        self.data_timeout = data_timeout
        self._pool = SmtpPool(route_of(route, password), connections, per_connection)

    async def send(self, message: Rendered, leaving: Callable[[], None]) -> str:
        recipient = ascii_address(message.address)
        raw = compose(message, self.sender, recipient)
        try:
            return await self._transaction(recipient, raw, leaving, fresh=False)
        except _Stale:
            return await self._transaction(recipient, raw, leaving, fresh=True)

    @property
    def capacity(self) -> int:
        return self._pool.connections

    async def close(self) -> None:
        await self._pool.close()

    async def _transaction(
        self, recipient: str, raw: bytes, leaving: Callable[[], None], *, fresh: bool
    ) -> str:
        connection = await self._pool.lease(fresh=fresh)
        usable = False
        try:
            await self._envelope(connection, recipient)
            leaving()
            reply = await self._data(connection, raw)
            usable = True
        except ChannelError:
            usable = await _reset(connection)
            raise
        finally:
            self._pool.give_back(connection, usable=usable)
        return reply

    async def _envelope(self, connection: Connection, recipient: str) -> None:
        """MAIL and RCPT. Trouble at MAIL is the route's, at RCPT the recipient's."""
        client = connection.client
        try:
            await client.mail(self.envelope_sender)
        except SMTPSenderRefused as error:
            if error.code == CLOSING and connection.kept:
                raise _Stale from error
            raise route_verdict(error.code, error.message) from error
        except (SMTPException, OSError) as error:
            if connection.kept:
                raise _Stale from error
            raise RouteDown(f"lost at MAIL: {error}") from error
        try:
            await client.rcpt(recipient)
        except SMTPRecipientRefused as error:
            if error.code == CLOSING and connection.kept:
                raise _Stale from error
            if error.code == CLOSING:
                raise route_verdict(error.code, error.message) from error
            raise verdict(error.code, error.message) from error
        except (SMTPException, OSError) as error:
            if connection.kept:
                raise _Stale from error
            raise Deferred(f"lost at RCPT: {error}") from error

    async def _data(self, connection: Connection, raw: bytes) -> str:
        try:
            response = await connection.client.data(raw, timeout=self.data_timeout)
        except SMTPDataError as error:
            raise verdict(error.code, error.message) from error
        except SMTPResponseException as error:
            connection.client.close()
            raise Unsure(f"not understood after DATA: {error.message}") from error
        except (SMTPException, OSError) as error:
            raise Unsure(f"lost after DATA: {error}") from error
        return f"{response.code} {response.message}"


async def _reset(connection: Connection) -> bool:
    """Back to the start of the conversation after a refusal; whether that worked."""
    client = connection.client
    if not client.is_connected:
        return False
    try:
        await client.rset()
    except (SMTPException, OSError):
        client.close()
        return False
    return True
