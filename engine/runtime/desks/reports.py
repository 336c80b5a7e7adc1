"""What the Coordinator tells its doors: gathered from hosts, Sender and control store, as plain data."""

from typing import TYPE_CHECKING, Any

import msgspec

from engine.domain.rulebooks.definitions import decode
from engine.errors import BadRequest, EngineError
from engine.ports.engine import DAYS
from engine.runtime import envelope
from engine.runtime.answers.life_story import life_story
from engine.runtime.desks import figures, ledger, stages
from engine.runtime.part import PartLost
from engine.runtime.scores import scoreboard
from engine.runtime.sending.send_post import SENDER

if TYPE_CHECKING:
    from engine.domain.rulebooks.definitions import Definitions
    from engine.runtime.coordinator import Coordinator


class Reports:
    """See ReportDesk."""

    def __init__(self, coordinator: "Coordinator") -> None:
        self._coordinator = coordinator
        self._census = coordinator.census
        self._table = coordinator.table

    async def status(self) -> dict[str, Any]:
        hosts = await self._census.figures("status")
        sender = await self.ask_sender()
        rejected = self._coordinator.control.rejected_counts()
        paused = sorted(self._coordinator.control.paused())
        starting = len(
            self._coordinator.herald.silent.intersection(self._census.dedicated.values())
        )
        placement = figures.placement(self._table.dedicated, hosts, starting)
        return figures.status(
            self._coordinator.rulebooks.version, hosts, sender, rejected, paused, placement
        )

    async def ask_sender(self) -> dict[str, Any]:
        try:
            told = msgspec.msgpack.decode(await self._coordinator.calls.call(SENDER, "status", b""))
        except (PartLost, EngineError):
            return {"up": False}
        return dict(told)

    async def event_names(self) -> list[dict[str, Any]]:
        return list(self._coordinator.event_names.told())

    async def contact(self, key: str, timeline: int) -> dict[str, Any] | None:
        number = await self._resolve(key)
        while number:
            found = await self._tell(number, timeline)
            if found is None or not found["merged_into"]:
                return await life_story(found, timeline, self._tell) if found else None
            number = found["merged_into"]
        return None

    async def membership(self, segment: str, key: str) -> dict[str, Any] | None:
        found = await self.contact(key, 0)
        if found is None:
            return None
        body = envelope.encode((found["id"], segment))
        host = self._table.host_of_contact(found["id"])
        return dict(await self._census.ask(host, "membership", body))

    async def scorecard(self, key: str) -> list[dict[str, Any]] | None:
        found = await self.contact(key, 0)
        if found is None:
            return None
        host = self._table.host_of_contact(found["id"])
        return list(await self._census.ask(host, "scorecard", envelope.encode(found["id"])))

    async def _tell(self, contact: int, timeline: int) -> Any:
        body = envelope.encode((contact, timeline))
        return await self._census.ask(self._table.host_of_contact(contact), "contact", body)

    async def _resolve(self, key: str) -> int:
        """``kind:value``, or the contact id in digits; 0 when nobody holds it."""
        if key.isdigit():
            return int(key) if await self._census.reaches(int(key)) else 0
        return int(await self._census.ask(self._table.host_of_key(key), "resolve", key.encode()))

    async def segments(self) -> list[dict[str, Any]]:
        return figures.segments(self._definitions(), await self._census.figures("status"))

    async def lifecycle(self, days: int = DAYS) -> dict[str, Any]:
        if not 0 < days <= stages.MOST_DAYS:
            text = f"the lifecycle is told of 1 to {stages.MOST_DAYS} days, not {days}"
            raise BadRequest(text)
        definitions = self._definitions()
        since = stages.since_of(definitions, self._coordinator.now(), days)
        told = await self._census.figures("flows")
        hosts = await self._census.figures("status")
        return stages.lifecycle(definitions, hosts, told, since)

    async def scenarios(self) -> list[dict[str, Any]]:
        definitions, hosts = self._definitions(), await self._census.figures("status")
        capped = any(one.cap is not None for one in definitions.scenarios)
        quotas = await self._census.figures("quotas") if capped else []
        return figures.scenarios(definitions, hosts, quotas)

    async def scores(self) -> list[dict[str, Any]]:
        return scoreboard.scores(self._definitions(), await self._census.figures("standings"))

    async def matrix(self) -> dict[str, Any]:
        return scoreboard.matrix(self._definitions(), await self._census.figures("standings"))

    async def messages(self) -> dict[str, Any]:
        hosts, standings = (
            await self._census.figures("status"),
            await self._census.figures("standings"),
        )
        return ledger.messages(
            hosts, standings, await self.ask_sender(), self._coordinator.control.paused()
        )

    async def rulebook(self) -> dict[str, Any]:
        version, definitions = self._coordinator.rulebooks.version, self._definitions()
        return figures.rulebook(version, definitions, await self._census.figures("status"))

    async def fsck(self) -> dict[str, Any]:
        return figures.fsck(await self._census.ask_all("fsck"))

    def _definitions(self) -> "Definitions":
        return decode(self._coordinator.rulebooks.definitions)
