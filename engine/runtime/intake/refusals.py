"""What was refused, by a door or by a host: kept as it came, shown, and sent through intake again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from engine.domain.event import PUBLIC, Event
from engine.domain.profile.attribute import MISFIT, misfit
from engine.domain.profile.identity import DEVICE, kind_of, value_of
from engine.ports.control_store import RejectedItem
from engine.ports.engine import Refusal, Verdict
from engine.runtime.rights.erasure_letter import ERASED

if TYPE_CHECKING:
    from engine.runtime.coordinator import Coordinator

PAGE = 500


class Refusals:
    """See RefusalDesk."""

    def __init__(self, coordinator: "Coordinator") -> None:
        self._coordinator = coordinator

    async def keep(
        self, source: str, items: Sequence[Event | Refusal], verdicts: Sequence[Verdict]
    ) -> None:
        """The refused of these items; of an erased person's nothing but that there was one."""
        refused = [
            self._refusal(item, said)
            for item, said in zip(items, verdicts, strict=True)
            if said.code
        ]
        if refused:
            await self.put(source, refused)

    async def put(self, source: str, refused: list[Refusal]) -> None:
        now, kept = self._coordinator.now(), await self._coordinator.privacy.without_erased(refused)
        self._coordinator.control.reject(
            [
                RejectedItem(now, source, one.code, one.reason, one.body, int(one.public))
                for one in kept
            ]
        )

    def _refusal(self, item: Event | Refusal, said: Verdict) -> Refusal:
        if isinstance(item, Refusal):
            return item
        if said.code == ERASED:
            return Refusal(said.code, said.reason)
        body = self._misfits(item) if said.code == MISFIT else as_item(item)
        return Refusal(said.code, said.reason, body, public=item.trust == PUBLIC)

    def _misfits(self, event: Event) -> bytes:
        """The values alone that did not fit, under no message id: the rest of the item was taken."""
        schema = self._coordinator.rulebooks.schema()
        traits = msgspec.json.decode(event.traits)
        wrong = {
            name: value
            for name, value in traits.items()
            if name in schema and misfit(schema[name], value)
        }
        event = msgspec.structs.replace(event, kind="identify", message_id="")
        return as_item(event, wrong or traits)

    def listed(self, limit: int, code: str = "") -> list[dict[str, Any]]:
        return [
            row._asdict() | {"body": row.body.decode("utf-8", "replace")}
            for row in self._coordinator.control.rejected(limit, code)
        ]

    def page(self, after: int, code: str) -> list[tuple[int, RejectedItem]]:
        found = self._coordinator.control.rejected_after(after, PAGE)
        while found and not any(item.code == code for _, item in found):
            found = self._coordinator.control.rejected_after(found[-1][0], PAGE)
        return [(number, item) for number, item in found if item.code == code]

    def drop(self, numbers: Sequence[int]) -> None:
        self._coordinator.control.drop_rejected(numbers)

    def record(self, code: str, by: str) -> None:
        self._coordinator.control.record(self._coordinator.now(), by, "replay rejected", code)


def as_item(event: Event, traits: dict[str, Any] | None = None) -> bytes:
    """The event in the shape that doors take (Segment's), so that it can come in again."""
    ids = [(kind_of(key), value_of(key)) for key in event.keys]
    devices = [value for kind, value in ids if kind == DEVICE]
    properties = msgspec.json.decode(event.properties) if event.properties else {}
    plain = {
        "type": event.kind,
        "messageId": event.message_id,
        "event": event.name if event.kind == "track" else "",
        "userId": next((value for kind, value in ids if kind == "user_id"), ""),
        "anonymousId": devices[0] if devices and event.kind != "alias" else "",
        "previousId": devices[-1] if devices and event.kind == "alias" else "",
        "groupId": properties.get("group_id", "") if event.kind == "group" else "",
        "timestamp": datetime.fromtimestamp(event.at / 1_000, UTC).isoformat(),
        "externalIds": {kind: one for kind, one in ids if kind not in ("user_id", DEVICE)},
        "properties": properties,
        "traits": traits or (msgspec.json.decode(event.traits) if event.traits else {}),
        "context": msgspec.json.decode(event.context) if event.context else {},
        "integrations": {} if event.live else {"All": False},
    }
    return msgspec.json.encode({name: value for name, value in plain.items() if value})
