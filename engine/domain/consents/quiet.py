"""Hours in which marketing may leave, by the clock and the calendar of whoever receives it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from engine.domain.definition import Definition
from engine.domain.duration import DAY

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY: Weekday = "holiday"
AHEAD = 400
"""Days looked at for an opening; hours that never open together are refused when they are loaded."""

LocalTime = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", description="local time, HH:MM"
    ),
]


class Open(Definition, frozen=True, kw_only=True, rename={"from_": "from"}):
    """``from`` <= local time < ``to``. A public holiday is open only where ``holiday`` is among the days."""

    days: tuple[Weekday, ...]
    from_: LocalTime = "00:00"
    to: LocalTime = "24:00"


class Hours(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a channel is open; outside of every ``open`` it is shut. ``country`` "" means everywhere."""

    channel: str
    country: str = ""
    open: tuple[Open, ...] = ()


def opening(hours: Sequence[Hours], holidays: Iterable[str], now: int, zone: ZoneInfo) -> int:
    """The first instant (ms) from ``now`` on at which all of these hours are open."""
    if not hours:
        return now
    first = datetime.fromtimestamp(now / 1000, zone).date()
    closed = frozenset(holidays)
    for ahead in range(AHEAD):
        day = first + timedelta(days=ahead)
        for start, end in _windows(hours, day, day.isoformat() in closed):
            if now < _instant(day, end, zone):
                return max(now, _instant(day, start, zone))
    return now + AHEAD * DAY


def ever_open(hours: Sequence[Hours]) -> bool:
    """Whether there is any weekday on which all of them are open at once."""
    monday = date(2024, 1, 1)
    days = (monday + timedelta(days=ahead) for ahead in range(7))
    return any(_windows(hours, day, False) for day in days)


def _windows(hours: Sequence[Hours], day: date, holiday: bool) -> list[tuple[int, int]]:
    """Minutes of the day (from, to) at which all are open, in order."""
    kind = HOLIDAY if holiday else WEEK[day.weekday()]
    common = [(0, 24 * 60)]
    for rule in hours:
        mine = [(_minutes(one.from_), _minutes(one.to)) for one in rule.open if kind in one.days]
        common = [
            (max(a, c), min(b, d)) for a, b in common for c, d in mine if max(a, c) < min(b, d)
        ]
    return sorted(common)


def _minutes(local: str) -> int:
    hour, _, minute = local.partition(":")
    return int(hour) * 60 + int(minute)


def _instant(day: date, minutes: int, zone: ZoneInfo) -> int:
    """PEP 495, fold = 0: see ``calendar.next_local``."""
    whole, rest = divmod(minutes, 24 * 60)
    local = datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60), zone)
    return int(local.astimezone(UTC).timestamp() * 1000)
