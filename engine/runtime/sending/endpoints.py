"""The endpoints in force at the Sender: each is a channel of its own, with its own queue and breaker."""

import logging
from collections.abc import Callable, MutableMapping

import msgspec

from engine.domain.language.endpoint import Endpoint, channel_of
from engine.domain.rulebooks.definitions import decode
from engine.ports.sending import Channel, Delivery, Disabled, Rendered
from engine.runtime.sending.route import Route
from engine.runtime.sending.spool import Spool

OpenEndpoint = Callable[[Endpoint], Channel]
_encode = msgspec.json.Encoder().encode
_log = logging.getLogger(__name__)


class Endpoints:
    """Keeps ``routes`` as ``webhooks.yaml`` has them. Without ``opened`` there are none.

    An endpoint that wants nothing more is stopped until it is enabled, or declared at another URL.
    """

    def __init__(
        self,
        opened: OpenEndpoint | None,
        routes: MutableMapping[str, Route],
        made: Callable[[Channel], Route],
        spool: Spool,
    ) -> None:
        self._opened = opened
        self._routes = routes
        self._made = made
        self._spool = spool
        self._known: dict[str, Endpoint] = {}

    def publish(self, definitions: bytes) -> None:
        """One that is declared otherwise now is opened anew; what is under way there ends as it began.

        One that is gone stays until what is on its way to it has ended.
        """
        if self._opened is None:
            return
        for endpoint in decode(definitions).webhooks:
            name = channel_of(endpoint.webhook)
            if self._known.get(name) == endpoint:
                continue
            self._known[name] = endpoint
            channel = self._opened(endpoint)
            if isinstance(channel, Disabled):
                channel.disabled = self._spool.stopped.get(name) == endpoint.url
            if name in self._routes:
                self._routes[name].channel = channel
            else:
                self._routes[name] = self._made(channel)

    def refused(self, name: str) -> None:
        """A message to this channel failed for good: did its endpoint say that it wants nothing more?"""
        known = self._known.get(name)
        if (
            known is None
            or not self._is_disabled(name)
            or self._spool.stopped.get(name) == known.url
        ):
            return
        try:
            self._spool.stop(name, known.url)
        except OSError as error:
            _log.error("that %s wants nothing more is not in the spool: %s", name, error)

    def enable(self, name: str) -> bool:
        """Send again to an endpoint that wanted nothing more; whether there is such a one."""
        route = self._routes.get(name)
        if route is None or not isinstance(route.channel, Disabled):
            return False
        self._spool.enable(name)
        route.channel.disabled = False
        return True

    def _is_disabled(self, name: str) -> bool:
        channel = self._routes[name].channel
        return isinstance(channel, Disabled) and channel.disabled


async def rendered(delivery: Delivery) -> Rendered:
    """A webhook needs no template: what it tells was put together in the step."""
    send = delivery.send
    body = _encode(send.variables).decode()
    return Rendered(send.key, delivery.message_id, send.address, "", body, "", False, send.at)
