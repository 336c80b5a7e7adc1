"""The endpoints in force at the Sender: each is a channel of its own, with its own queue and breaker."""

from collections.abc import Callable, MutableMapping

import msgspec

from engine.domain.language.endpoint import Endpoint, channel_of
from engine.domain.rulebooks.definitions import decode
from engine.ports.sending import Channel, Delivery, Rendered
from engine.runtime.sending.route import Route

OpenEndpoint = Callable[[Endpoint], Channel]
_encode = msgspec.json.Encoder().encode


class Endpoints:
    """Keeps ``routes`` as ``webhooks.yaml`` has them. Without ``opened`` there are none."""

    def __init__(
        self,
        opened: OpenEndpoint | None,
        routes: MutableMapping[str, Route],
        made: Callable[[Channel], Route],
    ) -> None:
        self._opened = opened
        self._routes = routes
        self._made = made
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
            if name in self._routes:
                self._routes[name].channel = channel
            else:
                self._routes[name] = self._made(channel)


async def rendered(delivery: Delivery) -> Rendered:
    """A webhook needs no template: what it tells was put together in the step."""
    send = delivery.send
    body = _encode(send.variables).decode()
    return Rendered(send.key, delivery.message_id, send.address, "", body, "", False, send.at)
