"""Text messages through Twilio's Messages resource (API 2010-04-01), by its official client.

A message has no idempotency key there: from the moment it is posted it may have been taken, whatever
we hear, and nothing here posts it again. ``find`` asks afterwards.
"""

from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from twilio.base.exceptions import (
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from channels.pace import Pace
from channels.twilio_http import TwilioHttp
from channels.twilio_route import TwilioRoute
from engine.domain.profile.consent import OPTED_OUT
from engine.domain.profile.phone import e164
from engine.errors import ChannelError, Deferred, Refused, RouteDown, Unsure
from engine.ports.sending import Rendered
from engine.rendering.sms_text import LONGEST, shorter, size_of

GONE = 21610
"""The recipient has answered STOP."""
INVALID = frozenset({21211, 21214, 21217, 21614})
"""No number, or none that takes text messages."""
FULL = frozenset({20429, 21611, 30001})
CLOSED = frozenset({20003, 20005, 30002})
"""Credentials, account not active, account suspended: nothing leaves until somebody acts."""
FORBIDDEN = frozenset({401, 403})
SKEW = timedelta(minutes=1)
"""How far Twilio's clock and ours may be apart."""
LATE = timedelta(minutes=5)
"""How much later than we stopped listening Twilio may have taken a message."""
LISTED = 500
REMEMBERED = 10_000


class Sms:
    """``most_parts``: a longer message is refused. ``plain``: write ç as c where that saves a part.

    ``validity``: seconds for which Twilio may keep trying; ``per_second`` messages leave at most.
    """

    name: ClassVar[str] = "sms"

    def __init__(
        self,
        route: TwilioRoute,
        *,
        connections: int = 10,
        timeout: float = 15.0,
        validity: int = 14_400,
        per_second: float = 10.0,
        most_parts: int = 6,
        plain: bool = False,
    ) -> None:
        self._route = route
        self._connections = connections
        self._most_parts, self._plain = most_parts, plain
        self._pace = Pace(per_second)
        http = TwilioHttp(timeout, route.proxy)
        self._client = Client(route.account, route.tokens[0], http_client=http)
        if route.base_url:
            self._client.api.base_url = route.base_url
        self._options: dict[str, Any] = {"validity_period": validity}
        self._options["messaging_service_sid" if route.by_service else "from_"] = route.sender
        self._ours: dict[str, str] = {}

    async def send(self, message: Rendered, leaving: Callable[[], None]) -> str:
        number, body = _number(message.address), self._body(message.text)
        callback = self._route.status_callback(message.key)
        options = self._options | ({"status_callback": callback} if callback else {})
        await self._pace.turn()
        leaving()
        try:
            made = await self._client.messages.create_async(to=number, body=body, **options)
        except Deferred as error:
            self._pace.hold(error.retry_after)
            raise
        except (TwilioRestException, TwilioServiceException) as error:
            raise verdict(error) from error
        except (TwilioException, ValueError) as error:
            raise Unsure(f"not understood after the message left: {error}") from error
        return f"{self._claimed(made, message.key)}, {size_of(body).parts} parts"

    async def find(self, message: Rendered, since: int, until: int) -> str:
        """See Searchable. Listed by number alone: what is still queued has no date sent to ask for.

        A message that is not claimed and reads otherwise may still be ours: Twilio changes letters,
        and the template may have changed since.
        """
        number, body = _number(message.address), self._body(message.text)
        earliest, latest = _instant(since) - SKEW, _instant(until) + SKEW + LATE
        strangers = []
        try:
            listing = await self._client.messages.stream_async(to=number, limit=LISTED)
            async with aclosing(listing):
                async for listed in listing:
                    at = listed.date_created
                    if at is not None and at < earliest:
                        break
                    if (at is not None and at > latest) or not self._may_be(listed, message.key):
                        continue
                    if listed.body == body:
                        return self._claimed(listed, message.key)
                    strangers.append(listed.sid)
        except (TwilioException, ValueError, ChannelError) as error:
            raise RouteDown(f"the messages to {number} cannot be listed: {error}") from error
        if strangers:
            raise Unsure(f"{', '.join(strangers)} went to this number too")
        return ""

    @property
    def capacity(self) -> int:
        return self._connections

    async def close(self) -> None:
        """No connection outlives its message."""

    def _body(self, text: str) -> str:
        """Raises Refused for what Twilio would not take, or what would cost more than is allowed."""
        body = shorter(text.strip()) if self._plain else text.strip()
        size = size_of(body)
        if not body or len(body) > LONGEST:
            raise Refused(f"a message has 1 to {LONGEST:,} characters, this one {len(body):,}")
        if size.parts > self._most_parts:
            least = size_of(shorter(body)).parts
            reason = (
                f"{size.parts} parts in {size.alphabet}, at most {self._most_parts} are allowed"
            )
            raise Refused(f"{reason}; with plain letters {least}")
        return body

    def _may_be(self, listed: MessageInstance, key: str) -> bool:
        """Sent by us, and not known as another message."""
        mine = listed.messaging_service_sid if self._route.by_service else listed.from_
        return mine == self._route.sender and self._ours.get(str(listed.sid), key) == key

    def _claimed(self, made: MessageInstance, key: str) -> str:
        """Twilio's SID belongs to this key from now on."""
        self._ours[str(made.sid)] = key
        while len(self._ours) > REMEMBERED:
            del self._ours[next(iter(self._ours))]
        return f"{made.sid} {made.status}"


def verdict(error: TwilioRestException | TwilioServiceException) -> ChannelError:
    """What an answer of 4xx means; those of 5xx and 429 never come here."""
    code, text = error.code, getattr(error, "msg", "") or getattr(error, "detail", "")
    reply = f"{error.status} {code} {text}"
    if code == GONE:
        return Refused(OPTED_OUT, reply=reply, suppress=True)
    if code in INVALID:
        return Refused("not a number that takes text messages", reply=reply, suppress=True)
    if code in FULL:
        return Deferred("Twilio's queue is full", reply=reply)
    if code in CLOSED or error.status in FORBIDDEN or error.status < 400:  # noqa: PLR2004
        return RouteDown(f"Twilio does not serve the account: {reply}", reply=reply)
    return Refused(f"Twilio refuses: {reply}", reply=reply)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


def _number(address: str) -> str:
    number = e164(address)
    if not number or number != address:
        raise Refused("write the number with its country code, as +33612345678")
    return number
