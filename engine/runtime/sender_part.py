"""The Sender as a part: its calls as bytes."""

import msgspec

from engine.errors import BadRequest
from engine.ports.sending import Outcome, Whose
from engine.runtime import envelope
from engine.runtime.rights.traces import Person
from engine.runtime.sender import Sender
from engine.runtime.sending.send_post import Outcomes

_outcomes = msgspec.msgpack.Decoder(list[Outcome])


class SenderPart:
    """``life`` names this start of it, so that hosts notice the next one."""

    def __init__(self, sender: Sender, life: str) -> None:
        self._sender = sender
        self._life = life
        self._version = 0
        self._open = False

    async def start(self) -> None:
        await self._sender.start()
        self._open = True

    async def stop(self) -> None:
        await self._sender.stop()
        self._open = False

    def drop(self) -> None:
        if self._open:
            self._open = False
            self._sender.drop()

    async def call(self, method: str, body: bytes) -> bytes:
        match method:
            case "hello":
                return envelope.encode(self._version)
            case "rulebook":
                version, definitions, *pepper = msgspec.msgpack.decode(body)
                await self._sender.publish(version, definitions, *pepper)
                self._version = version
                return b""
            case "pause":
                name, paused = msgspec.msgpack.decode(body, type=tuple[str, bool])
                await self._sender.pause(name, paused)
                return b""
            case "enable":
                return envelope.encode(await self._sender.enable(body.decode()))
            case "status":
                return envelope.encode({"up": True, **await self._sender.status()})
            case _:
                return await self._exchange(method, body)

    async def _exchange(self, method: str, body: bytes) -> bytes:
        if method == "offer":
            host, deliveries = msgspec.msgpack.decode(body, type=tuple[str, bytes])
            return envelope.encode(await self._sender.offer(host, deliveries))
        if method == "forget":
            whose = msgspec.msgpack.decode(body, type=list[Whose])
            return envelope.encode(await self._sender.forget(whose))
        if method == "kept":
            person = msgspec.msgpack.decode(body, type=Person)
            return envelope.encode(await self._sender.kept(person.contacts, person.addresses))
        if method == "caught_up":
            host, life = msgspec.msgpack.decode(body, type=tuple[str, str])
            if life == self._life:
                await self._sender.caught_up(host)
            return b""
        if method == "outcomes":
            asked = msgspec.msgpack.decode(body, type=tuple[str, list[str], str])
            host, acknowledged, life = asked
            known = life == self._life
            told, credit = await self._sender.outcomes(host, acknowledged, wait=known)
            return envelope.encode(Outcomes(self._life, credit, _outcomes.decode(told)))
        text = f"the Sender has no call {method!r}"
        raise BadRequest(text)
