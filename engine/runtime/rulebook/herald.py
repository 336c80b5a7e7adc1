"""Brings the rulebook in force to every part: one that was started anew asks for nothing."""

import asyncio
import logging
from typing import Protocol

import msgspec

from engine.errors import EngineError
from engine.ports.control_store import ControlStore
from engine.runtime import envelope
from engine.runtime.keyring import Keyring
from engine.runtime.part import Calls, PartLost
from engine.runtime.sending.send_post import SENDER

log = logging.getLogger("relance.coordinator")

FIRST = 0.05
"""Seconds until a part that does not answer is asked again: doubling, up to OFTEN."""
OFTEN = 0.5
"""Seconds between looks at whether a part has the rulebook in force."""
SELDOM = 2.0
"""The same for the host of a single contact, of which there may be hundreds, once it has it."""


class Rulebooks(Protocol):
    """The version in force, and its encoded definitions."""

    version: int
    definitions: bytes


class Sovereign(Protocol):
    """Whose rulebook it is."""

    @property
    def rulebooks(self) -> "Rulebooks": ...

    control: ControlStore
    keyring: Keyring
    calls: Calls


class Herald:
    """``silent`` are the parts that do not answer, or do not have the rulebook yet."""

    def __init__(self, sovereign: Sovereign) -> None:
        self._sovereign = sovereign
        self.silent: set[str] = set()

    async def tend(self, part: str, rest: float = OFTEN) -> None:
        """For ever."""
        pause = FIRST
        while True:
            await self._look_after(part)
            pause = min(OFTEN, pause * 2) if part in self.silent else FIRST
            await asyncio.sleep(pause if part in self.silent else rest)

    async def _look_after(self, part: str) -> None:
        try:
            held = msgspec.msgpack.decode(await self._sovereign.calls.call(part, "hello", b""))
        except (PartLost, EngineError):
            self.silent.add(part)
            return
        if held != self._sovereign.rulebooks.version:
            await self.hand(part)
        else:
            self.silent.discard(part)

    async def hand(self, part: str) -> None:
        """The Sender hears with it which channels are paused."""
        version, calls = self._sovereign.rulebooks.version, self._sovereign.calls
        try:
            body = envelope.encode(
                (version, self._sovereign.rulebooks.definitions, self._sovereign.keyring.pepper)
            )
            await calls.call(part, "rulebook", body)
            if part == SENDER:
                for kind, name in self._sovereign.control.paused():
                    if kind == "channel":
                        await calls.call(part, "pause", envelope.encode((name, True)))
        except (PartLost, EngineError) as error:
            log.warning("%s has not taken rulebook %d yet: %s", part, version, error)
