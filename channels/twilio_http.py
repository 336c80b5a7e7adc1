"""The HTTP client under Twilio's own: one attempt a call, a time-out that counts, Retry-After kept.

Theirs ignores the time-out that it is given, drops the headers of an answer that is an error, and can
be told to POST again, which is a second SMS: Messages have no idempotency key.
"""

import logging

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    InvalidURL,
    TCPConnector,
    encode_basic_auth,
)
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from channels.retry_after import retry_after
from engine.errors import Deferred, RouteDown, Unsure

CONNECT = 10.0
TOO_MANY = 429
BROKEN = 500


class TwilioHttp(AsyncHttpClient):  # type: ignore[misc]
    """``timeout``: seconds from the connection to the end of the answer.

    Each call has a connection of its own: into one that is kept, and being closed at the other end, a
    message may vanish without anybody knowing whether it was taken.
    """

    def __init__(self, timeout: float, proxy: str = "") -> None:
        super().__init__(logging.getLogger("twilio"), True, timeout)
        self._limit = ClientTimeout(total=timeout, sock_connect=CONNECT)
        self._proxy = proxy or None

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - ours counts
        allow_redirects: bool = False,  # noqa: ARG002 - a redirected POST may be a second one
    ) -> Response:
        """Raises RouteDown when nothing left, Unsure when a POST may have been taken, Deferred on 429."""
        shown = dict(headers or {})
        if auth is not None:
            shown["Authorization"] = encode_basic_auth(*auth)
        try:
            async with (
                ClientSession(connector=TCPConnector(force_close=True)) as session,
                session.request(
                    method, url, params=_plain(params), data=_plain(data), headers=shown,
                    timeout=self._limit, allow_redirects=False, proxy=self._proxy,
                ) as answer,
            ):  # fmt: skip
                text = await answer.text(errors="replace")
        except (ClientConnectorError, ConnectionTimeoutError, InvalidURL) as error:
            raise RouteDown(f"Twilio cannot be reached: {error}") from error
        except (ClientError, TimeoutError, OSError) as error:
            raise _lost(method, f"{type(error).__name__} {error}".strip()) from error
        if answer.status == TOO_MANY:
            pause = retry_after(answer.headers)
            raise Deferred("Twilio asks for fewer messages", reply=text, retry_after=pause)
        if answer.status >= BROKEN:
            raise _lost(method, f"HTTP {answer.status}")
        return Response(answer.status, text, answer.headers)


def _plain(fields: dict[str, object] | None) -> dict[str, str] | None:
    """Query and form as text."""
    return None if fields is None else {name: str(value) for name, value in fields.items()}


def _lost(method: str, what: str) -> RouteDown | Unsure:
    """A broken GET has changed nothing."""
    if method == "POST":
        return Unsure(f"no answer to a message that left: {what}")
    return RouteDown(f"Twilio did not answer: {what}")
