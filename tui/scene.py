"""What every screen is given: the feed, the words, and how fast the counters move."""

from typing import Any

from tui.feed import Feed, Report
from tui.i18n.words import Words
from tui.pace import Pace


class Scene:
    """``read_only``: why nothing may be changed from here, "" when it may."""

    def __init__(self, feed: Feed, words: Words, *, read_only: bool) -> None:
        self.feed = feed
        self.words = words
        self.paces = {topic: Pace() for topic in _COUNTERS}
        self._read_only = read_only

    def report(self, topic: str) -> Any:
        """The newest, None before the first."""
        found = self.feed.reports.get(topic)
        return found.data if found else None

    def look(self) -> None:
        """Let every pace see the reports that came."""
        for topic, counters in _COUNTERS.items():
            found: Report | None = self.feed.reports.get(topic)
            if found is not None and found.data is not None:
                self.paces[topic].look(found.at, counters(found.data))

    @property
    def read_only(self) -> str:
        if self._read_only:
            return self.words("act.read_only")
        if self.feed.caller == "viewer":
            return self.words("act.viewer")
        return ""


def _of_status(data: dict[str, Any]) -> dict[str, float]:
    counters = {name: data["events"][name] for name in ("accepted", "duplicates", "rejected")}
    return counters | {"sent": data["messages"]["sent"], "entered": data["runs"]["entered"]}


def _of_segments(data: list[dict[str, Any]]) -> dict[str, float]:
    return {f"{way}/{one['segment']}": one[way] for one in data for way in ("in", "out")}


def _of_messages(data: dict[str, Any]) -> dict[str, float]:
    outcomes = ("intended", "sent", "failed", "deferred")
    return {f"{o}/{one['channel']}": one[o] for one in data["channels"] for o in outcomes}


def _of_scenarios(data: list[dict[str, Any]]) -> dict[str, float]:
    return {f"{what}/{one['scenario']}": one[what] for one in data for what in ("entered", "ended")}


_COUNTERS: dict[str, Any] = {
    "status": _of_status,
    "segments": _of_segments,
    "messages": _of_messages,
    "scenarios": _of_scenarios,
}
