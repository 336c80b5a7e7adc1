"""A host as the Sender sees it: offers messages, takes outcomes, acknowledges them."""

from collections.abc import Iterable
from typing import Any

import msgspec

from engine.domain.effect import Send
from engine.domain.language.template import Template
from engine.domain.rulebooks.definitions import Definitions, encode
from engine.ports.sending import Delivery, Outcome, SenderPort
from engine.rendering.check import variables_of

AT = 1_700_000_000_000


def definitions(**texts: str) -> bytes:
    """A published document with one template a keyword argument: name = text."""
    templates = []
    for name, text in texts.items():
        template = Template(template=name, channel="email", subject="Hello", text=text)
        templates.append(
            msgspec.structs.replace(template, version=text, variables=variables_of(template))
        )
    return encode(Definitions(templates=tuple(templates)))


def delivery(
    key: str, *, template: str = "hello", channel: str = "email", attempts: int = 0,
    again: bool = False, at: int = AT, version: str = "", **contact: Any,
) -> Delivery:  # fmt: skip
    send = Send(
        key, 1, "welcome", channel, template, f"{key}@example.com", True,
        {"contact": contact, "event": {}}, at,
    )  # fmt: skip
    return Delivery(send, version, f"<{key}@example.com>", attempts, again)


class Host:
    """``outcomes`` holds each key's last outcome, ``history`` all of them in the order they came."""

    def __init__(self, sender: SenderPort, name: str = "host-0") -> None:
        self.sender = sender
        self.name = name
        self.outcomes: dict[str, Outcome] = {}
        self.history: list[Outcome] = []
        self._unacknowledged: list[str] = []

    async def offer(self, *deliveries: Delivery) -> int:
        return await self.sender.offer(self.name, msgspec.msgpack.encode(deliveries))

    async def poll(self, *, acknowledge: bool = True) -> list[Outcome]:
        """One call; what it brings is acknowledged by the next one."""
        acknowledged, self._unacknowledged = self._unacknowledged, []
        raw, _ = await self.sender.outcomes(self.name, acknowledged)
        told = msgspec.msgpack.decode(raw, type=list[Outcome])
        self.history += told
        self.outcomes |= {outcome.key: outcome for outcome in told}
        if acknowledge:
            self._unacknowledged = [outcome.key for outcome in told]
        return told

    async def settle(self, keys: Iterable[str]) -> dict[str, str]:
        """Poll until each of these keys has an outcome; what they are."""
        wanted = set(keys)
        while not wanted <= self.outcomes.keys():
            await self.poll()
        return {key: self.outcomes[key].outcome for key in wanted}
