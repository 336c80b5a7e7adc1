"""The benchmark's workload: reads ``workload.yaml``, writes it as a workspace, draws its events."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml

from engine.clock import SystemClock
from engine.loading.yaml_file import read

FILE = Path(__file__).with_name("workload.yaml")
PARTS = ("events", "aggregates", "segments", "scores", "scenarios", "templates")
CATEGORIES = ("shoes", "bags", "coats", "hats")
COUNTRIES = ("FR", "DE", "ES", "IT")
ASKED = {
    "buyers", "dormant", "regulars", "writes_reviews", "champions", "gives_back",
    "window_shops_30d", "viewed_8_in_60d", "opens_often", "clicks_often",
}  # fmt: skip
"""Segments that scenarios ask about, and those that these ask about."""


class Workload:
    """``text`` is the file as it stands."""

    def __init__(self, path: Path = FILE) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self._data: dict[str, Any] = read(path, path.name).data
        self.names = tuple(self._data["events"])
        self._weights = tuple(accumulate(self._data["events"].values()))

    def sizes(self) -> dict[str, int]:
        rules = sum(len(score["rules"]) for score in self._data["scores"])
        return {
            "segments": len(self._data["segments"]),
            "score_rules": rules,
            "scenarios": len(self._data["scenarios"]),
            "aggregates": len(self._data["aggregates"]),
        }

    def widened(self, segments: int, rules: int) -> "Workload":
        """With those segments that a scenario asks about, and others until there are so many ``segments``.

        What comes along asks about events and attributes that nobody has: also score ``rules``.
        """
        wide = Workload(self.path)
        asked = [one for one in self._data["segments"] if one["segment"] in ASKED]
        others = [_untouched(number) for number in range(segments - len(asked))]
        more = rules - self.sizes()["score_rules"]
        held = [{"event": f"Untouched {number}", "points": 1} for number in range(more)]
        *scores, last = self._data["scores"]
        scores.append({**last, "rules": [*last["rules"], *held]})
        wide._data = {**self._data, "segments": [*asked, *others], "scores": scores}
        return wide

    def write(self, folder: Path) -> Path:
        """A workspace that ``relance up`` can run; answers its folder."""
        for kind, key in (("segments", "segment"), ("scenarios", "scenario")):
            for one in self._data[kind]:
                _write(folder / kind / f"{one[key]}.yaml", one)
        _write(folder / "aggregates.yaml", {"aggregates": self._data["aggregates"]})
        _write(folder / "scoring.yaml", {"scores": self._data["scores"]})
        for one in self._data["templates"]:
            text, html = one["text"], one.get("html", "")
            head = {k: v for k, v in one.items() if k not in ("template", "text", "html")}
            place = folder / "templates" / one["template"]
            _write(place / "template.yaml", head)
            (place / "text.txt").write_text(text, encoding="utf-8")
            if html:
                (place / "html.html").write_text(html, encoding="utf-8")
        (folder / "engine.toml").write_text("", encoding="utf-8")
        return folder

    def events(self, contacts: int, first: int, count: int) -> Iterator[dict[str, Any]]:
        """Events ``first`` and on, Segment-shaped; the first ones identify each contact once.

        The same numbers give the same events but for their instant, which is now.
        """
        dice = random.Random(first)
        at = datetime.fromtimestamp(SystemClock().now() / 1_000, UTC)
        instant = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        for number in range(first, first + count):
            if number < contacts:
                yield {
                    **_head(dice, number, instant),
                    "type": "identify",
                    "traits": _traits(number),
                }
                continue
            name = dice.choices(self.names, cum_weights=self._weights)[0]
            yield self.event(name, dice.randrange(contacts), dice, instant, number)

    def event(
        self, name: str, contact: int, dice: random.Random, instant: str, number: int
    ) -> dict[str, Any]:
        properties = {
            "sku": f"A{dice.randrange(10)}",
            "price": dice.randrange(500, 10_000) / 100,
            "category": dice.choice(CATEGORIES),
            "url": "https://example.com/p/1",
        }
        if name == "Order Completed":
            properties["order"] = number
        head = _head(dice, contact, instant)
        return {**head, "type": "track", "event": name, "properties": properties}


def _untouched(number: int) -> dict[str, Any]:
    """Every second one is a window over an event, the others compare an attribute."""
    name = f"untouched_{number}"
    if number % 2:
        return {"segment": name, "condition": {"attribute": name, "is": "x"}}
    condition = {"did": f"Untouched {number}", "at_least": 2, "within": "30d"}
    return {"segment": name, "condition": condition}


def _head(dice: random.Random, contact: int, instant: str) -> dict[str, Any]:
    drawn = f"{dice.getrandbits(128):032x}"
    return {
        "messageId": "-".join((drawn[:8], drawn[8:12], drawn[12:16], drawn[16:20], drawn[20:])),
        "anonymousId": f"a{contact}",
        "timestamp": instant,
        "context": {
            "ip": "192.0.2.7",
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64)",
            "page": {"path": "/p", "referrer": "https://example.org"},
            "campaign": {"source": "x"},
        },
    }


def _traits(contact: int) -> dict[str, Any]:
    return {
        "email": f"c{contact}@example.com",
        "first_name": "Ada",
        "consent_email": True,
        "country": COUNTRIES[contact % len(COUNTRIES)],
    }


def _write(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
