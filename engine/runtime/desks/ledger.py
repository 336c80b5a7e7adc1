"""The ledger of messages put together: what was decided, what became of it, and why some stayed.

Counts are since the store was made; reasons since the hosts started, which they say.
"""

from collections import Counter
from typing import Any, get_args

from engine.domain.message import Later
from engine.runtime.desks.figures import counted
from engine.runtime.sending.notice import UNTRACKED

LATER = get_args(Later)
"""What becomes of messages that were sent; of these nothing is due, so the ledger's law leaves them out."""
OUTCOMES = ("intended", "sent", "failed", "unknown", "deferred")
SHOWN = 200


def messages(
    hosts: list[dict[str, Any]],
    standings: list[dict[str, Any]],
    sender: dict[str, Any],
    paused: set[tuple[str, str]],
) -> dict[str, Any]:
    """``hosts``: each one's status; ``sender``: the Sender's, ``{"up": False}`` when it is away."""
    total = counted(hosts)
    routes: dict[str, dict[str, Any]] = sender.get("routes", {})
    channels = {name.partition("/")[2] for name in total if name.startswith("intended/")}
    return {
        "channels": [
            _channel(name, total, routes.get(name, {}), ("channel", name) in paused)
            for name in sorted(channels | routes.keys())
        ],
        "skipped": total["skipped"],
        "untracked": {what: total[f"{UNTRACKED}{what}"] for what in ("opened", "clicked")},
        "sender": "routes" in sender,
        "since": max(told["begun"] for told in standings),
        "reasons": _reasons(standings),
    }


def _channel(name: str, total: Counter[str], route: dict[str, Any], paused: bool) -> dict[str, Any]:
    """``waiting`` = intended - finished: the ledger's law."""
    ledger = {outcome: total[f"{outcome}/{name}"] for outcome in OUTCOMES}
    finished = ledger["sent"] + ledger["failed"] + ledger["unknown"]
    return {
        "channel": name,
        **ledger,
        **{outcome: total[f"{outcome}/{name}"] for outcome in LATER},
        "waiting": ledger["intended"] - finished,
        "paused": paused,
        "breaker": route.get("breaker", ""),
        "trouble": route.get("trouble", ""),
        "under_way": route.get("under_way", 0),
    }


def _reasons(standings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    counts: Counter[tuple[str, str, str]] = Counter()
    latest: dict[tuple[str, str, str], int] = {}
    for told in standings:
        for outcome, subject, reason, count, at in told["reasons"]:
            what = (outcome, subject, reason)
            counts[what] += count
            latest[what] = max(at, latest.get(what, 0))
    return [
        {"outcome": what[0], "subject": what[1], "reason": what[2], "count": n, "at": latest[what]}
        for what, n in counts.most_common(SHOWN)
    ]
