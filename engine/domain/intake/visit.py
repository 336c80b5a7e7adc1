"""What a step makes of visits: it keeps count of them, and tells of what comes of it.

Two events come of others, in the step of the event that shows them: ``Visit Started`` (properties
``number``, ``kind``, ``source``, ``medium``, ``campaign``, ``landing``) and ``Page Left`` (``page``,
``seconds``). Aggregates, scores, segments and scenarios take them as any other; the log has no row of them.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from engine.domain.duration import SECOND
from engine.domain.event import Event
from engine.domain.intake import company
from engine.domain.intake.turn import Turn
from engine.domain.profile import session
from engine.domain.profile.identity import is_device
from engine.domain.profile.reserved import ENRICHED, RESERVED
from engine.domain.profile.session import Visits
from engine.domain.profile.touch import UTM, touch_of

STARTED = "Visit Started"
LEFT = "Page Left"
CAUSED = (STARTED, LEFT)
DEVICE = ("type", "brand", "os", "browser")
PLACE = ("country", "region", "city", "company")

PAGES = ("page", "screen")


def take_visit(turn: Turn, event: Event) -> list[Event]:
    """Keep count of visits; the events that come of this one, those that somebody listens to."""
    if not counts(event):
        return []
    page = event.kind in PAGES
    contact, gap = turn.contact, turn.rulebook.visit_gap
    before, fresh = contact.visits, session.begins(contact.visits, event.at, gap)
    visits = before if before and not fresh else _begun(before, event)
    if page:
        contact.visits = session.paged(visits, event.at, _page(turn, event), gap)
    else:
        contact.visits = session.touched(visits, event.at)
    if fresh:
        company.guess(turn, visits.place.get("company", ""))
    if contact.visits is not before:
        for name in RESERVED if fresh else ("visit",):
            turn.changed(name)
    if fresh or turn.rulebook.hears(LEFT):
        return list(_caused(turn, event, before, fresh=fresh))
    return []


def counts(event: Event) -> bool:
    """Whether it belongs to a visit."""
    return event.kind in PAGES or (event.kind == "track" and any(map(is_device, event.keys)))


def _begun(before: Visits | None, event: Event) -> Visits:
    context: dict[str, Any] = msgspec.json.decode(event.context) if event.context else {}
    added = context.get(ENRICHED)
    parts = added if isinstance(added, dict) else {}
    device, place = _chosen(parts.get("device"), DEVICE), _chosen(parts.get("place"), PLACE)
    return session.begun(before, event.at, touch_of(context), device, place)


def _chosen(part: Any, names: tuple[str, ...]) -> dict[str, str]:
    given = part if isinstance(part, dict) else {}
    return {name: value for name in names if isinstance(value := given.get(name), str) and value}


def _page(turn: Turn, event: Event) -> str:
    """What to call a page: its path, else its address or its name."""
    given = turn.properties_of(event)
    found = (given.get(name) for name in ("path", "url", "name"))
    return next((value for value in found if isinstance(value, str) and value), "")


def _caused(turn: Turn, event: Event, before: Visits | None, *, fresh: bool) -> Iterator[Event]:
    visits = turn.contact.visits
    if visits is None or not (fresh or turn.rulebook.hears(LEFT)):
        return
    if fresh and turn.rulebook.hears(STARTED):
        touch = touch_of(msgspec.json.decode(event.context) if event.context else {})
        told = {name: getattr(touch, name) for name in ("kind", *UTM, "landing")}
        yield _event(event, STARTED, {"number": visits.count, **told})
    if not fresh and before and visits.timed > before.timed:
        yield _event(event, LEFT, {"page": before.page, "seconds": visits.stayed / SECOND})


def _event(cause: Event, name: str, properties: dict[str, Any]) -> Event:
    given = {key: value for key, value in properties.items() if value != ""}
    return msgspec.structs.replace(
        cause, name=name, kind="track", properties=msgspec.json.encode(given), traits=b""
    )
