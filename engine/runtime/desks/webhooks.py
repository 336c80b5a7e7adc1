"""What the Coordinator does about webhooks: the endpoints' state, dead letters, and trying them again."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from engine.domain.language.endpoint import channel_of
from engine.domain.rulebooks.definitions import decode
from engine.errors import Unknown
from engine.runtime import envelope
from engine.runtime.desks.figures import counted
from engine.runtime.sending.send_post import SENDER

if TYPE_CHECKING:
    from engine.runtime.coordinator import Coordinator


class Webhooks:
    """See WebhookDesk."""

    def __init__(self, coordinator: "Coordinator") -> None:
        self._coordinator = coordinator

    async def endpoints(self) -> list[dict[str, Any]]:
        total = counted(await self._coordinator.census.figures("status"))
        routes = (await self._coordinator.reports.ask_sender()).get("routes", {})
        dead = Counter(letter["webhook"] for letter in await self.dead())
        return [
            _endpoint(one.webhook, one.url, total, routes, dead[one.webhook])
            for one in decode(self._coordinator.rulebooks.definitions).webhooks
        ]

    async def dead(self) -> list[dict[str, Any]]:
        told = await self._coordinator.ask_all("dead")
        return sorted((one for part in told for one in part), key=lambda one: str(one["at"]))

    async def replay(self, which: str, by: str) -> int:
        body = envelope.encode(which)
        found: int = sum(await self._coordinator.ask_all("replay", body))
        if not found:
            what = f"of {which!r}" if which else "at all"
            text = f"there are no dead webhooks {what}; `relance webhook --dead` lists them"
            raise Unknown(text)
        self._record(by, "replay webhooks", which)
        return found

    async def enable(self, endpoint: str, by: str) -> None:
        name = channel_of(endpoint).encode()
        if not await self._coordinator.census.ask_part(SENDER, "enable", name):
            text = f"webhooks.yaml declares no endpoint {endpoint!r}"
            raise Unknown(text)
        self._record(by, "enable webhook", endpoint)

    def _record(self, by: str, act: str, subject: str) -> None:
        self._coordinator.control.record(self._coordinator.now(), by, act, subject)


def _endpoint(
    name: str, url: str, total: Counter[str], routes: dict[str, Any], dead: int
) -> dict[str, Any]:
    channel = channel_of(name)
    route = routes.get(channel, {})
    ends = ("sent", "failed", "unknown")
    finished = sum(total[f"{end}/{channel}"] for end in ends)
    return {
        "webhook": name,
        "url": url,
        "sent": total[f"sent/{channel}"],
        "waiting": total[f"intended/{channel}"] - finished - dead,
        "dead": dead,
        "disabled": route.get("disabled", False),
        "paused": route.get("paused", False),
        "breaker": route.get("breaker", ""),
        "trouble": route.get("trouble", ""),
    }
