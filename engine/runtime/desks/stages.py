"""The lifecycle as the Coordinator tells it: sizes of the stages, and the flows between them in time."""

from collections import Counter
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.domain.intake.lifecycle import CHANGED
from engine.domain.profile import presence
from engine.domain.profile.calendar import day_of, zone_named
from engine.domain.rulebooks.definitions import Definitions
from engine.runtime.desks.figures import counted

MOST_DAYS = 3_660


def since_of(definitions: Definitions, now: int, days: int) -> str:
    """The first of the last so many days at the workspace, today being the last."""
    today = day_of(now, zone_named(definitions.zone) or ZoneInfo("UTC"))
    return (today - timedelta(days=days - 1)).isoformat()


def lifecycle(
    definitions: Definitions,
    hosts: list[dict[str, Any]],
    told: list[dict[str, Any]],
    since: str,
) -> dict[str, Any]:
    """``told`` are the hosts' rows. Of the flows those ``since`` then; sizes are of now."""
    total, daily = counted(hosts), Counter[tuple[str, str, str]]()
    for host in told:
        for day, source, target, contacts in host["rows"]:
            if day >= since:
                daily[day, source, target] += contacts
    flows = Counter[tuple[str, str]]()
    for (_, source, target), contacts in daily.items():
        flows[source, target] += contacts
    sizes = _sizes(total)
    return {
        "since": since,
        "contacts": total["contacts"] - total[presence.MERGED],
        "stages": [
            {
                "stage": one.stage,
                "title": one.title,
                "segment": one.held_by,
                "size": sizes[one.stage],
                "in": sum(n for (_, target), n in flows.items() if target == one.stage),
                "out": sum(n for (source, _), n in flows.items() if source == one.stage),
            }
            for one in definitions.stages
        ],
        "flows": [{"from": a, "to": b, "contacts": n} for (a, b), n in sorted(flows.items())],
        "daily": [
            {"day": day, "from": a, "to": b, "contacts": n}
            for (day, a, b), n in sorted(daily.items())
        ],
    }


def _sizes(total: Counter[str]) -> Counter[str]:
    """Those who ever went in, less those who ever went out."""
    sizes: Counter[str] = Counter()
    for name, count in total.items():
        what, _, flow = name.partition("/")
        if what == CHANGED and flow:
            source, _, target = flow.partition("/")
            sizes[source] -= count
            sizes[target] += count
    return sizes
