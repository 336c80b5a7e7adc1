"""Visits: runs of a contact's page views, screens and device events without a gap of 30 minutes.

Each event costs the same, however many there were before. An event belongs to a visit when it is a page
or a screen, or was tracked under an ``anonymous_id``: what a server tells of a person is no visit.

time on page   from a page to the next one of the same visit, at most a gap; the last page has none
late events    older than the newest one counted: a page within the current visit counts as a page of
               it; any other is left out, and neither starts, ends nor dates a visit
first touch    that of the first visit; last touch: that of the newest visit that was not direct
device, place  as of the newest visit
"""

from typing import Any

import msgspec

from engine.domain.duration import DAY, MINUTE, SECOND
from engine.domain.profile.touch import Touch

GAP = 30 * MINUTE
LONGEST = 120
"""Characters kept of a page's path."""
DIRECT = "direct"

replace = msgspec.structs.replace


class Visits(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Instants in ms. ``began``: the first visit; ``started``, ``pages``: the current one.

    ``page`` is open since ``page_at`` (0: none is). ``spent`` ms on ``timed`` pages, the last of
    which took ``stayed``.
    """

    count: int
    began: int
    started: int
    latest: int
    pages: int = 0
    all_pages: int = 0
    page_at: int = 0
    page: str = ""
    timed: int = 0
    spent: int = 0
    stayed: int = 0
    first: Touch = Touch(DIRECT)
    last: Touch = Touch(DIRECT)
    device: dict[str, str] = {}
    place: dict[str, str] = {}


def begins(visits: Visits | None, at: int, gap: int) -> bool:
    """Whether an event at this instant is the first of a visit."""
    return visits is None or at - visits.latest >= gap


def begun(
    visits: Visits | None, at: int, touch: Touch, device: dict[str, str], place: dict[str, str]
) -> Visits:
    """The next visit; nothing of it has been seen yet."""
    if visits is None:
        return Visits(1, at, at, at, first=touch, last=touch, device=device, place=place)
    return replace(
        visits,
        count=visits.count + 1,
        started=at,
        latest=at,
        pages=0,
        page_at=0,
        page="",
        last=visits.last if touch.kind == DIRECT else touch,
        device=device or visits.device,
        place=place or visits.place,
    )


def paged(visits: Visits, at: int, page: str, gap: int) -> Visits:
    """A page or screen of the current visit; it ends the time on the one before it."""
    pages, all_pages = visits.pages + 1, visits.all_pages + 1
    if at < visits.latest:
        late = at < visits.started
        return visits if late else replace(visits, pages=pages, all_pages=all_pages)
    stayed = min(at - visits.page_at, gap) if visits.page_at else 0
    timed = 1 if visits.page_at else 0
    return replace(
        visits,
        latest=at,
        pages=pages,
        all_pages=all_pages,
        page_at=at,
        page=page[:LONGEST],
        timed=visits.timed + timed,
        spent=visits.spent + stayed,
        stayed=stayed if timed else visits.stayed,
    )


def touched(visits: Visits, at: int) -> Visits:
    """Any other event of the current visit."""
    return replace(visits, latest=at) if at > visits.latest else visits


def joined(mine: Visits | None, other: Visits | None) -> Visits | None:
    """Of two contacts that became one: sums, the earlier beginning, the later current visit."""
    if mine is None or other is None:
        return mine or other
    newer, older = (other, mine) if other.latest > mine.latest else (mine, other)
    first, _ = (other, mine) if other.began < mine.began else (mine, other)
    return replace(
        newer,
        count=mine.count + other.count,
        began=first.began,
        all_pages=mine.all_pages + other.all_pages,
        timed=mine.timed + other.timed,
        spent=mine.spent + other.spent,
        stayed=newer.stayed or older.stayed,
        first=first.first,
        last=older.last if newer.last.kind == DIRECT else newer.last,
        device=newer.device or older.device,
        place=newer.place or older.place,
    )


def visit_attributes(visits: Visits) -> dict[str, Any]:
    """``visit.*`` as conditions and templates read it; what is not known yet is left out."""
    known: dict[str, Any] = {
        "count": visits.count,
        "pages": visits.pages,
        "pages_per_visit": round(visits.all_pages / visits.count, 2),
        "seconds": (visits.latest - visits.started) // SECOND,
    }
    if visits.timed:
        known["page_seconds"] = visits.stayed // SECOND
        known["average_page_seconds"] = visits.spent // visits.timed // SECOND
    if visits.count > 1:
        known["every_days"] = round((visits.started - visits.began) / DAY / (visits.count - 1), 2)
    return known


def touch_attributes(visits: Visits) -> dict[str, Any]:
    """``touch.first.*`` and ``touch.last.*``; empty parts are left out."""
    return {
        name: {part: value for part, value in msgspec.structs.asdict(touch).items() if value}
        for name, touch in (("first", visits.first), ("last", visits.last))
    }
