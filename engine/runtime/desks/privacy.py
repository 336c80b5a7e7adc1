"""What the Coordinator does about privacy: erasing, dossiers, the audit trail, retention."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from engine.domain.rulebooks.definitions import decode
from engine.errors import Unknown
from engine.ports.engine import Refusal
from engine.runtime.rights.dossier import parts_of
from engine.runtime.rights.eraser import Eraser, report_of

if TYPE_CHECKING:
    from engine.runtime.coordinator import Coordinator


SLICE = 1_000
LOOK = 600_000
"""Ms between looks at what the control store need not keep any more."""
SHOWN = 1_000
"""Erasures that a report tells of."""


class Privacy:
    """See PrivacyDesk."""

    def __init__(self, coordinator: "Coordinator") -> None:
        self._coordinator = coordinator
        self._eraser = Eraser(coordinator)

    async def run(self) -> None:
        """What was begun goes on; what was refused and who did what is kept for its time."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._eraser.run())
            tasks.create_task(self._expire())

    async def _expire(self) -> None:
        coordinator = self._coordinator
        while True:
            rules, now = decode(coordinator.rulebooks.definitions).retention, coordinator.now()
            rejected = now - rules.rejected if rules.rejected else 0
            audit = now - rules.audit if rules.audit else 0
            gone = SLICE
            while gone >= SLICE:
                gone = coordinator.control.forget(rejected, audit, SLICE)
                await asyncio.sleep(0)
            await asyncio.sleep(coordinator.clock.seconds(LOOK))

    async def forget(self, key: str, by: str) -> dict[str, Any]:
        return await self._eraser.erase(await self._named(key), by)

    async def dossier(self, key: str, by: str) -> AsyncIterator[dict[str, Any]]:
        contact = await self._named(key)
        coordinator = self._coordinator
        coordinator.control.record(coordinator.now(), by, "dossier", str(contact))
        person = await self._eraser.look(contact)
        async for part in parts_of(coordinator, person):
            yield part

    async def barred(self, keys: Sequence[str]) -> list[str]:
        return await self._eraser.barred(list(keys))

    async def without_erased(self, refused: list[Refusal]) -> list[Refusal]:
        """What is kept of refused items: of one about somebody who was erased, nothing but the code."""
        return await self._eraser.blank(refused) if self._eraser.remembers else refused

    async def audit(self, limit: int) -> list[dict[str, Any]]:
        return [row._asdict() for row in self._coordinator.control.audit(limit)]

    async def retention(self) -> dict[str, Any]:
        told = await self._eraser.retention()
        rules = decode(self._coordinator.rulebooks.definitions).retention
        deleted: Counter[str] = Counter()
        for host in told:
            deleted.update(host["deleted"])
        erasures = self._coordinator.control.erasures(SHOWN)
        return {
            "kept": msgspec.structs.asdict(rules),
            "deleted": dict(deleted),
            "looked": min(host["looked"] for host in told),
            "erased": [report_of(row) for row in erasures],
        }

    async def _named(self, key: str) -> int:
        found = await self._coordinator.reports.contact(key, 0)
        if found is None:
            text = f"no contact is known by {key!r}; one that was erased is not"
            raise Unknown(text)
        return int(found["id"])
