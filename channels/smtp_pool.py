"""Kept SMTP connections: few, each for a number of messages, closed when idle, replaced when lost."""

import asyncio
import contextlib
import socket

from aiosmtplib import SMTP, SMTPException

from channels.smtp_route import SmtpRoute
from engine.errors import RouteDown

IDLE = 60.0
CONNECT = 30.0
COMMAND = 60.0


class Connection:
    """A client that is connected; ``carried`` counts its messages, ``rested`` is when it came back."""

    def __init__(self, client: SMTP) -> None:
        self.client = client
        self.carried = 0
        self.rested = 0.0

    @property
    def kept(self) -> bool:
        """Whether it waited since its last message: then it may have died unnoticed."""
        return self.carried > 0


class SmtpPool:
    """At most ``connections`` at once. Lease one, give it back; ``close`` ends the kept ones."""

    def __init__(self, route: SmtpRoute, connections: int, per_connection: int) -> None:
        self.route = route
        self.connections = connections
        self.per_connection = per_connection
        self._free: list[Connection] = []
        self._places = asyncio.Semaphore(connections)
        self._hostname = ""
        self._context = route.context()
        self._sweep: asyncio.TimerHandle | None = None
        self._goodbyes: set[asyncio.Task[None]] = set()

    async def lease(self, *, fresh: bool = False) -> Connection:
        """A connection for one message. Raises RouteDown when none can be made."""
        await self._places.acquire()
        try:
            while self._free:
                connection = self._free.pop()
                if not fresh and connection.client.is_connected:
                    return connection
                self._dismiss(connection)
            return await self._connect()
        except BaseException:
            self._places.release()
            raise

    def give_back(self, connection: Connection, *, usable: bool) -> None:
        """After a message; ``usable`` is false when the conversation is not at its start again."""
        connection.carried += 1
        self._places.release()
        if not connection.client.is_connected:
            return
        if not usable:
            connection.client.close()
        elif connection.carried >= self.per_connection:
            self._dismiss(connection)
        else:
            connection.rested = asyncio.get_running_loop().time()
            self._free.append(connection)
            self._sweep = self._sweep or self._after(IDLE)

    async def close(self) -> None:
        """Say goodbye on every kept connection."""
        if self._sweep:
            self._sweep.cancel()
        while self._free:
            self._dismiss(self._free.pop())
        await asyncio.gather(*self._goodbyes)

    async def _connect(self) -> Connection:
        route = self.route
        if not self._hostname:
            self._hostname = await asyncio.to_thread(socket.getfqdn)
        client = SMTP(
            hostname=route.host, port=route.port, local_hostname=self._hostname, timeout=COMMAND,
            username=route.user or None, password=route.password or None, use_tls=route.tls,
            start_tls=_start_tls(route), tls_context=self._context,
        )  # fmt: skip
        try:
            await client.connect(timeout=CONNECT)
        except (SMTPException, OSError) as error:
            client.close()
            where = f"{route.host}:{route.port}"
            reply = f"{getattr(error, 'code', '')} {getattr(error, 'message', '')}".strip()
            raise RouteDown(f"no connection to {where}: {error}", reply=reply) from error
        return Connection(client)

    def _dismiss(self, connection: Connection) -> None:
        task = asyncio.create_task(_goodbye(connection.client))
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)

    def _after(self, seconds: float) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, self._sweep_idle)

    def _sweep_idle(self) -> None:
        oldest = asyncio.get_running_loop().time() - IDLE
        for connection in [each for each in self._free if each.rested <= oldest]:
            self._free.remove(connection)
            self._dismiss(connection)
        self._sweep = self._after(IDLE / 4) if self._free else None


def _start_tls(route: SmtpRoute) -> bool | None:
    """aiosmtplib: None upgrades when the server offers it."""
    if route.tls:
        return None
    return {"require": True, "auto": None, "never": False}[route.starttls]


async def _goodbye(client: SMTP) -> None:
    with contextlib.suppress(SMTPException, OSError):
        await client.quit(timeout=5)
    client.close()
