"""Local time: a contact's zone, and the next instant at which its clock shows a given time."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.domain.profile.contact import Contact

ZONE_ATTRIBUTE = "timezone"


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo | None:
    """The IANA zone, None when there is none by that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(contact: Contact, workspace: str) -> ZoneInfo:
    """Attribute ``timezone``, else the last ``context.timezone``, else the workspace's."""
    for name in (contact.attributes.get(ZONE_ATTRIBUTE), contact.zone, workspace):
        zone = zone_named(name) if isinstance(name, str) and name else None
        if zone is not None:
            return zone
    return ZoneInfo("UTC")


def next_local(not_before: int, at: str, zone: ZoneInfo) -> int:
    """The first instant (ms) from ``not_before`` on at which the zone's clock shows ``at`` (HH:MM).

    A time that a day skips (spring) is taken as much later as the clock jumped; of a time that
    comes twice (autumn) the first is taken: PEP 495, fold = 0.
    """
    day = datetime.fromtimestamp(not_before / 1000, zone).date() - timedelta(days=1)
    while True:
        instant = shown(day, at, zone)
        if instant >= not_before:
            return instant
        day += timedelta(days=1)


def shown(day: date, at: str, zone: ZoneInfo) -> int:
    """The instant (ms) at which the zone's clock shows ``at`` (HH:MM) on this day."""
    hour, minute = at.split(":")
    local = datetime.combine(day, time(int(hour), int(minute)), zone)
    return int(local.astimezone(UTC).timestamp() * 1000)


def begins(day: date, zone: ZoneInfo) -> int:
    """The instant (ms) of the day's first midnight; where the clock skips it, of the jump."""
    return int(datetime.combine(day, time(), zone).astimezone(UTC).timestamp() * 1000)


def day_of(now: int, zone: ZoneInfo) -> date:
    """The day that has begun last: a clock that goes back over midnight gives no day twice."""
    day = datetime.fromtimestamp(now / 1000, zone).date()
    following = day + timedelta(days=1)
    return following if begins(following, zone) <= now else day


def written(instant: int) -> str | None:
    """An instant (ms) by RFC 3339 at UTC; None for 0, which is never."""
    if not instant:
        return None
    text = datetime.fromtimestamp(instant / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
