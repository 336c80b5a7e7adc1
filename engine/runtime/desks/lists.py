"""What the Coordinator does about lists: their sizes, and whom an operator puts on them or takes off."""

from typing import TYPE_CHECKING, Any

import msgspec

from engine.domain.conditions.contact_list import unknown_list
from engine.domain.event import Event
from engine.domain.intake.listing import JOINED
from engine.domain.rulebooks.definitions import decode
from engine.errors import Unknown
from engine.runtime.desks import figures

if TYPE_CHECKING:
    from engine.runtime.coordinator import Coordinator

SOURCE = "operator"


class Lists:
    """See ListDesk."""

    def __init__(self, coordinator: "Coordinator") -> None:
        self._coordinator = coordinator

    async def sizes(self) -> list[dict[str, Any]]:
        engine = self._coordinator
        return figures.lists(
            decode(engine.rulebooks.definitions), await engine.census.figures("status")
        )

    async def join(
        self, name: str, keys: list[str], by: str, *, create: bool = False
    ) -> dict[str, Any]:
        self._check(name)
        unknown = await self._act("join", name, keys, by)
        made = [key for key in unknown if create and ":" in key]
        if made:
            verdicts = await self._coordinator.push(SOURCE, [self._met(name, key) for key in made])
            refused = {k for k, v in zip(made, verdicts, strict=True) if v.outcome == "rejected"}
            unknown = [key for key in unknown if key not in made or key in refused]
        return _told(name, keys, unknown) | {"created": len(made) - len({*made} & {*unknown})}

    async def quit(self, name: str, keys: list[str], by: str) -> dict[str, Any]:
        self._check(name)
        return _told(name, keys, await self._act("quit", name, keys, by))

    def _check(self, name: str) -> None:
        why = unknown_list(decode(self._coordinator.rulebooks.definitions).lists, name)
        if why:
            raise Unknown(why)

    async def _act(self, act: str, name: str, keys: list[str], by: str) -> list[str]:
        """The keys that nobody has."""
        unknown = []
        for key in keys:
            try:
                await self._coordinator.act(key, act, name, None, by)
            except Unknown:
                unknown.append(key)
        return unknown

    def _met(self, name: str, key: str) -> Event:
        """The first that is heard of somebody."""
        now = self._coordinator.now()
        told = f"list-{name}-{key}-{now}"
        return Event(
            (key,),
            JOINED,
            "track",
            told,
            SOURCE,
            self._coordinator.fingerprint(SOURCE, told),
            now,
            now,
            msgspec.json.encode({"list": name}),
        )


def _told(name: str, keys: list[str], unknown: list[str]) -> dict[str, Any]:
    return {"list": name, "taken": len(keys) - len(unknown), "unknown": unknown}
