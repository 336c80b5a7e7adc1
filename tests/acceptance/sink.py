"""An SMTP server that takes everything and counts: per Message-ID, and per DATA phase.

It runs in a thread of its own. A phase is *open* from the command DATA until its answer is sent; a
connection that ends in between cuts it: only the engine's death does that here.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

BRINK = 0.25
"""Seconds before a kill in which an answer may have been sent and not yet worked off."""
NEVER = float("-inf")


class Sink:
    """``taken`` counts complete texts by Message-ID, answered or not."""

    def __init__(self, pace: float = 0.0) -> None:
        self.pace = pace
        self.port = 0
        self.taken: Counter[str] = Counter()
        self.raw: dict[str, bytes] = {}
        self.open = 0
        """DATA phases without an answer."""
        self.cut = 0
        """Phases whose connection ended before the answer was sent."""
        self.brink = 0
        """Connections that ended between RCPT and DATA, or before the answer was surely worked off."""
        self.marked = NEVER
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._answering = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?starttls=never"

    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in list(self.raw.values())]

    def mark(self) -> None:
        """Now comes a kill."""
        self.marked = time.monotonic()

    def hold(self) -> None:
        """Answer no DATA until ``release``."""
        self._loop.call_soon_threadsafe(self._answering.clear)

    def release(self) -> None:
        self._loop.call_soon_threadsafe(self._answering.set)

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> None:
        self._answering.set()
        self._server = await asyncio.start_server(self._served, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk
        self._talks.add(talk)
        self.connections += 1
        try:
            await _Talk(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side is gone, or we are told to stop
        finally:
            self.connections -= 1
            self._talks.discard(talk)
            writer.close()


class _Talk:
    """One connection (RFC 5321), from greeting to QUIT or loss."""

    def __init__(
        self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._sink, self._reader, self._writer = sink, reader, writer
        self._answered = NEVER
        self._addressed = False

    async def run(self) -> None:
        """A reset says that the other side ended with an answer of ours unread (RFC 1122 4.2.2.13)."""
        unread = False
        try:
            await self._converse()
        except ConnectionResetError:
            unread = self._answered > NEVER
            raise
        finally:
            late = self._answered > self._sink.marked - BRINK
            self._sink.brink += self._addressed or unread or late

    async def _converse(self) -> None:
        self._say("220 sink")
        while line := await self._reader.readline():
            self._answered = NEVER
            verb = line[:4].upper()
            self._addressed = verb == b"RCPT"
            if verb == b"QUIT":
                self._say("221 bye")
                return
            if verb == b"DATA":
                await self._data()
            else:
                self._say("250 sink" if verb in (b"EHLO", b"HELO") else "250 OK")

    async def _data(self) -> None:
        self._sink.open += 1
        answered = False
        try:
            self._say("354 go on")
            self._keep(await self._reader.readuntil(b"\r\n.\r\n"))
            answered = await self._may_answer()
            if answered:
                self._say("250 taken")
                self._answered = time.monotonic()
        finally:
            self._sink.open -= 1
            self._sink.cut += not answered

    async def _may_answer(self) -> bool:
        """Whether the other side is still there when the answer is due."""
        gone = asyncio.ensure_future(self._reader.read(1))
        due = asyncio.ensure_future(self._due())
        try:
            await asyncio.wait([gone, due], return_when=asyncio.FIRST_COMPLETED)
            return not gone.done()
        finally:
            gone.cancel()
            due.cancel()
            await asyncio.gather(gone, due, return_exceptions=True)

    async def _due(self) -> None:
        await asyncio.sleep(self._sink.pace)
        await self._sink._answering.wait()

    def _keep(self, text: bytes) -> None:
        raw = text[:-3].replace(b"\r\n..", b"\r\n.")
        head = raw.partition(b"\r\n\r\n")[0]
        number = str(message_from_bytes(head + b"\r\n\r\n")["Message-ID"]).strip()
        self._sink.taken[number] += 1
        self._sink.raw[number] = raw

    def _say(self, text: str) -> None:
        self._writer.write(text.encode() + b"\r\n")


@contextmanager
def sink(pace: float = 0.0) -> Iterator[Sink]:
    served = Sink(pace)
    served.start()
    try:
        yield served
    finally:
        served.stop()
