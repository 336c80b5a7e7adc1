"""The rulebook in force: what publishes the next one and hands it to every part."""

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from engine.domain.channel import CHANNELS
from engine.domain.language.endpoint import channel_of
from engine.domain.profile.attribute import Schema
from engine.domain.rulebooks.definitions import Definitions, decode, encode, succeed
from engine.domain.rulebooks.since import dated
from engine.errors import BadRequest, ConfigError, DefinitionError, Unknown
from engine.ports.checking import Checked
from engine.runtime import envelope
from engine.runtime.rulebook.history import history
from engine.runtime.sending.send_post import SENDER

if TYPE_CHECKING:
    from engine.runtime.coordinator import Coordinator


TOLD = 50
"""Problems told of a document that nobody can work by; of the others how many."""


class Rulebooks:
    """See RulebookDesk. ``definitions`` are those in force, encoded; ``first`` those of a new engine."""

    def __init__(self, coordinator: "Coordinator", first: bytes, checked: Checked) -> None:
        self._coordinator = coordinator
        self._checked = checked
        self._first = first
        self._country = ""
        self.version = 0
        self.definitions = b""

    def open(self) -> None:
        """Read what is in force from the control store, which must be open."""
        books = self._coordinator.control.rulebooks()
        self.version = max(books, default=0)
        self.definitions = books.get(self.version, b"")
        if not books:
            self._publish(succeed(None, decode(self._first)), "init")
        self._country = decode(self.definitions).country

    def schema(self) -> Schema:
        return {one.attribute: one for one in decode(self.definitions).attributes}

    def country(self) -> str:
        return self._country

    def versions(self, limit: int) -> list[dict[str, Any]]:
        control = self._coordinator.control
        return history(control.published(), control.rulebooks(), limit)

    def document(self, version: int) -> bytes:
        books = self._coordinator.control.rulebooks()
        if version not in books:
            text = f"there is no version {version}; there are 1 to {self.version}"
            raise Unknown(text)
        return books[version]

    def _publish(self, definitions: Definitions, by: str, note: str = "") -> None:
        """As the next version, which is in force from now on. Raises ConfigError."""
        before = decode(self.definitions) if self.definitions else None
        try:
            definitions = dated(before, definitions, self.version + 1)
        except (ValueError, KeyError) as error:
            text = f"the definitions do not fit together: {error}"
            raise ConfigError(text) from error
        control, now = self._coordinator.control, self._coordinator.now()
        self.version = control.publish(encode(definitions), now, by, note)
        self.definitions = encode(definitions)

    async def apply(
        self, definitions: bytes, by: str, *, backfill: bool = False, note: str = ""
    ) -> int:
        try:
            written = decode(definitions)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            text = f"this is no document of definitions: {error}"
            raise ConfigError(text) from error
        problems = self._checked(written)
        if problems:
            more = [f"and {len(problems) - TOLD} more"] if len(problems) > TOLD else []
            raise DefinitionError(problems[:TOLD] + more)
        published = decode(self.definitions)
        next_ = succeed(published, written)
        if next_ != published:
            next_ = msgspec.structs.replace(next_, backfill=backfill)
        return await self._put_in_force(next_, by, note)

    async def _put_in_force(self, definitions: Definitions, by: str, note: str = "") -> int:
        if encode(definitions) == self.definitions:
            return self.version
        self._publish(definitions, by, note)
        self._country = definitions.country
        herald, parts = self._coordinator.herald, self._coordinator.parts()
        await asyncio.gather(*(herald.hand(part) for part in parts))
        return self.version

    async def pause(self, kind: str, name: str, paused: bool, by: str) -> None:
        definitions = decode(self.definitions)
        if kind == "scenario":
            known = [scenario.scenario for scenario in definitions.scenarios]
        elif kind == "channel":
            known = [*CHANNELS, *(channel_of(one.webhook) for one in definitions.webhooks)]
        else:
            text = f"{kind!r} cannot be paused; a scenario or a channel can"
            raise BadRequest(text)
        if name not in known:
            text = f"no {kind} is called {name!r}; there are {', '.join(sorted(known)) or 'none'}"
            raise Unknown(text)
        coordinator = self._coordinator
        coordinator.control.pause(kind, name, paused, coordinator.now(), by)
        if kind == "channel":
            await coordinator.calls.call(SENDER, "pause", envelope.encode((name, paused)))
            return
        names = {*definitions.paused, name} if paused else {*definitions.paused} - {name}
        changed = msgspec.structs.replace(definitions, paused=tuple(sorted(names)))
        await self._put_in_force(changed, by, f"{'pause' if paused else 'resume'} {name}")
