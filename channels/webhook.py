"""Webhooks by HTTP, as Standard Webhooks 1.0.0 has them: signed, with an id that every retry repeats.

The receiver knows a repeated one by its id, so whatever is not surely taken is sent again. Redirects are
never followed, and an answer is read to 64 KiB.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector
from standardwebhooks import Webhook as Signer

from channels.outside import ForbiddenError, Outside
from channels.retry_after import retry_after
from engine.clock import Clock
from engine.errors import Deferred, Refused, RouteDown
from engine.ports.sending import Answered, Rendered

LARGEST = 20_000
"""Bytes of a body, as Standard Webhooks asks for."""
READ = 64 * 1024
"""Bytes of an answer."""
QUOTED = 200
LONGEST_WAIT = 86_400_000
"""Ms: a receiver that asks for more is asked again after a day."""
CONNECT = 10.0
TOLD = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT}  # fmt: skip
"""Answers of a receiver that is as good as down."""


class Webhook:
    """One endpoint. ``secrets``: the newest first, each signs while they are rotated.

    ``outside`` says which addresses may be connected to. ``disabled`` once it has answered 410.
    """

    def __init__(
        self,
        name: str,
        url: str,
        secrets: tuple[str, ...],
        outside: Outside,
        clock: Clock,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = 15.0,
        connections: int = 10,
    ) -> None:
        self.name = name
        self.disabled = False
        self._url = url
        self._signers = [Signer(secret) for secret in secrets]
        self._outside, self._clock = outside, clock
        self._headers = dict(headers or {})
        self._limit = ClientTimeout(total=timeout, sock_connect=CONNECT)
        self._connections = connections

    async def send(self, message: Rendered, leaving: Callable[[], None]) -> str:
        body = message.text.encode()
        if self.disabled:
            raise Refused("the endpoint has answered 410 Gone: enable it when it is there again")
        if not self._signers:
            raise RouteDown(f"{self.name} has no secret to sign with; see webhooks in README")
        if len(body) > LARGEST:
            raise Refused(f"the body has {len(body):,} bytes, at most {LARGEST:,} are allowed")
        self._outside.check(self._url)
        headers = self._headers | self._signed(message.message_id, message.text)
        leaving()
        try:
            async with (
                ClientSession(
                    connector=TCPConnector(force_close=True, socket_factory=self._outside.socket),
                    auto_decompress=False,
                ) as session,
                session.post(
                    self._url,
                    data=body,
                    headers=headers,
                    timeout=self._limit,
                    allow_redirects=False,
                ) as answer,
            ):
                return self._verdict(answer, await _content(answer))
        except ForbiddenError as error:
            raise Refused(str(error)) from error
        except (ClientError, TimeoutError, OSError) as error:
            forbidden = _forbidden(error)
            if forbidden is not None:
                raise Refused(str(forbidden)) from error
            text = f"{type(error).__name__} {error}".strip()
            raise Deferred(f"no answer: {text}", down=True) from error

    @property
    def capacity(self) -> int:
        return self._connections

    async def close(self) -> None:
        """No connection outlives its message."""

    def _signed(self, message_id: str, body: str) -> dict[str, str]:
        """Of this attempt: the id stays, the time is now (UTC, which is all that the library takes)."""
        number = message_id.strip("<>").partition("@")[0]
        now = datetime.fromtimestamp(self._clock.now() // 1_000, UTC)
        return {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "Relance-Webhooks/1",
            "webhook-id": f"msg_{number}",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(
                one.sign(f"msg_{number}", now, body) for one in self._signers
            ),
        }

    def _verdict(self, answer: ClientResponse, content: bytes) -> str:
        status = answer.status
        reply = f"{status} {content[:QUOTED].decode('utf-8', 'replace')}".strip()
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return Answered(str(status), _json(content))
        if status == HTTPStatus.GONE:
            self.disabled = True
            raise Refused("410 Gone: the endpoint wants nothing more", reply=reply)
        pause = min(retry_after(answer.headers), LONGEST_WAIT)
        text = "a redirect is not followed" if status < HTTPStatus.BAD_REQUEST else "not taken"
        raise Deferred(f"{status}: {text}", reply=reply, retry_after=pause, down=status in TOLD)


async def _content(answer: ClientResponse) -> bytes:
    """At most READ bytes; more is no answer that could be used."""
    found = b""
    async for part in answer.content.iter_chunked(READ):
        found += part
        if len(found) > READ:
            return b""
    return found


def _json(content: bytes) -> bytes:
    try:
        msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError):
        return b""
    return content


def _forbidden(error: BaseException | None) -> ForbiddenError | None:
    """What lies behind the library's own error."""
    while error is not None:
        if isinstance(error, ForbiddenError):
            return error
        for part in getattr(error, "exceptions", ()):
            if isinstance(part, ForbiddenError):
                return part
        error = error.__cause__ or error.__context__
    return None
