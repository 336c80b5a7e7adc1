"""What the Coordinator does about hand-offs: the list, what operators raise, what anybody decides."""

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from engine.domain.duration import PATTERN, milliseconds
from engine.domain.effect import contact_of
from engine.domain.link import Link
from engine.domain.message import Decided, Raised
from engine.domain.profile.calendar import begins, zone_named
from engine.domain.profile.offer import Decision
from engine.domain.rulebooks.definitions import Definitions, decode
from engine.errors import BadRequest, Unknown
from engine.runtime import envelope
from engine.runtime.batches.handoff_rows import face
from engine.runtime.desks.handoff_letter import LATE
from engine.runtime.sending.notice import NOBODY

if TYPE_CHECKING:
    from engine.runtime.coordinator import Coordinator

_ID = re.compile(r"[0-9]{1,19}\.[0-9]{1,10}")
Report = dict[str, Any]


class Handoffs:
    """See HandoffDesk."""

    def __init__(self, coordinator: "Coordinator") -> None:
        self._coordinator = coordinator

    async def listed(self, owner: str, status: str, limit: int) -> list[Report]:
        body = envelope.encode((owner, status, limit))
        parts = await self._coordinator.ask_all("handoffs", body)
        found = [one for part in parts for one in part]
        found.sort(key=_rank)
        return [self._titled(one) for one in found[:limit]]

    async def of(self, key: str) -> list[Report]:
        contact = await self._contact(contact_of(key) if _ID.fullmatch(key) else key)
        return [self._titled(one) for one in _held_by(contact)]

    async def offer(self, key: str, name: str, reason: str, by: str) -> Report:
        known = [one.handoff for one in self._definitions().team.handoffs]
        if name not in known:
            text = f"no hand-off is called {name!r}; team.yaml has {', '.join(known) or 'none'}"
            raise Unknown(text)
        contact = await self._contact(key)
        why, _ = await self._tell(contact["id"], Raised(by, name, reason))
        if why:
            text = f"{key}: {name} is not raised: {why}"
            raise BadRequest(text)
        self._record(by, f"raise {name}", contact["id"])
        return next(one for one in await self.of(str(contact["id"])) if one["handoff"] == name)

    async def decide(
        self, which: str, decision: Decision, reason: str, until: str, by: str
    ) -> Report:
        number = which if _ID.fullmatch(which) else await self._only_open(which)
        held = await self._decide(number, decision, reason, until, by)
        if held is None:
            text = f"hand-off {number} was decided before, or is not there"
            raise BadRequest(text)
        return held

    async def shown(self, link: Link) -> Report | None:
        number, _, owner = link.subject.partition("/")
        if link.expires <= self._coordinator.now():
            return None
        try:
            contact = await self._contact(contact_of(number))
        except Unknown:
            return None
        held = next((o for o in _held_by(contact) if number in (o["id"], *o["also"])), None)
        if held is None:
            return None
        named = {one.owner: one.name for one in self._definitions().team.owners}
        zone = self._definitions().zone
        return self._titled(held) | {"reader": named.get(owner, owner), "zone": zone}

    async def follow(
        self, link: Link, decision: Decision, reason: str, until: str
    ) -> Literal["done", "late"]:
        number, _, owner = link.subject.partition("/")
        if link.expires <= self._coordinator.now():
            return "late"
        held = await self._decide(number, decision, reason, until, owner)
        return "late" if held is None else "done"

    async def _decide(
        self, number: str, decision: Decision, reason: str, until: str, by: str
    ) -> Report | None:
        """None when somebody was quicker."""
        definitions, now = self._definitions(), self._coordinator.now()
        if decision != "accept" and not reason.strip():
            text = f"say why: who {decision}s a contact gives a reason"
            raise BadRequest(text)
        due = until_of(until, now, definitions.zone) if decision == "return" else 0
        asked = Decided(by, number, decision, reason.strip(), due)
        why, contact = await self._tell(contact_of(number), asked)
        if why:
            return None
        self._record(by, f"{decision} hand-off", contact)
        held = await self.of(str(contact))
        return next((one for one in held if number in (one["id"], *one["also"])), None)

    async def _only_open(self, key: str) -> str:
        held = [one["id"] for one in await self.of(key) if one["status"] == "open"]
        if not held:
            text = f"{key} has no open hand-off"
            raise BadRequest(text)
        if len(held) > 1:
            text = f"{key} has more than one open hand-off; name one of {', '.join(held)}"
            raise BadRequest(text)
        return str(held[0])

    async def _contact(self, key: str | int) -> Report:
        found = await self._coordinator.reports.contact(str(key), 0) if key else None
        if found is None:
            text = f"no contact is known by {key!r}; a key is kind:value, or an id"
            raise Unknown(text)
        return found

    async def _tell(self, contact: int, asked: Raised | Decided) -> tuple[str, int]:
        """Why it came to nothing, and the contact, or whom it merged into."""
        engine = self._coordinator
        if not contact or not await engine.census.reaches(contact):
            return LATE, NOBODY
        while True:
            host = engine.table.host_of_contact(contact)
            why, other = await engine.ask(host, "handoff", envelope.encode((contact, asked)))
            if not why or other in (0, NOBODY):
                return str(why), contact
            contact = other

    def _definitions(self) -> Definitions:
        return decode(self._coordinator.rulebooks.definitions)

    def _titled(self, held: Report) -> Report:
        known = {one.handoff: one.title for one in self._definitions().team.handoffs}
        return held | {"title": known.get(held["handoff"], "")}

    def _record(self, by: str, act: str, contact: int) -> None:
        self._coordinator.control.record(self._coordinator.now(), by, act, str(contact))


def _held_by(contact: Report) -> list[Report]:
    """A contact's, each with whose it is."""
    about = face(contact["id"], contact["keys"], contact["attributes"], contact["company"])
    return [held | about for held in contact["handoffs"]]


def _rank(held: Report) -> tuple[bool, int, str]:
    open_ = held["status"] == "open"
    return not open_, held["deadline"] if open_ else -held["closed"], held["id"]


def until_of(text: str, now: int, zone: str) -> int:
    """The instant (ms) that a date (its beginning in the workspace's zone), an instant or a duration means.

    Raises BadRequest, also for what is past.
    """
    written = text.strip()
    if re.fullmatch(PATTERN, written):
        return now + milliseconds(written)
    try:
        if len(written) == len("2026-01-31"):
            instant = begins(date.fromisoformat(written), zone_named(zone) or ZoneInfo("UTC"))
        else:
            told = datetime.fromisoformat(written)
            instant = int(told.replace(tzinfo=told.tzinfo or UTC).timestamp() * 1_000)
    except ValueError:
        wrong = f"{text!r} is no date to come back on: write 2026-01-31, or 30d"
        raise BadRequest(wrong) from None
    if instant <= now:
        past = f"{text} is past: a contact is returned until a date to come"
        raise BadRequest(past)
    return instant
