"""What the doors add to an event's context before it is stored, so that whoever replays it finds it there.

``enriched`` holds ``device`` and ``place``, as far as they are known; nobody else may send it. The
address itself is cut short once it has been looked up: a network is no person.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from engine.domain.profile.reserved import ENRICHED
from engine.rpc.items import place
from engine.rpc.items.device import device_of
from engine.settings import Enrichment as Settings

REMEMBERED = 16_384
"""Addresses looked up lately."""


class _Address(NamedTuple):
    kept: str
    place: dict[str, str]


class Enrichment:
    """Raises SettingsError when a database that the settings name cannot be read."""

    def __init__(self, settings: Settings) -> None:
        self._keep = settings.ip
        named = (
            ("ip_database", settings.ip_database),
            ("company_database", settings.company_database),
        )
        self._lookups = [place.opened(path, name) for name, path in named if path]
        self._address = lru_cache(REMEMBERED)(self._looked_up)
        device_of({}, "Mozilla/5.0")  # the first one loads the patterns, for a quarter of a second

    def of(self, context: dict[str, Any], agent: str) -> dict[str, Any]:
        """What to put into a context; ``agent`` counts when the context names no user agent."""
        added: dict[str, Any] = {}
        named = context.get("userAgent")
        device = device_of(context, named if isinstance(named, str) and named else agent)
        enriched: dict[str, Any] = {"device": device} if device else {}
        ip = context.get("ip")
        if isinstance(ip, str) and ip:
            address = self._address(ip)
            if address.kept != ip:
                added["ip"] = address.kept
            if address.place:
                enriched["place"] = address.place
        if enriched:
            added[ENRICHED] = enriched
        return added

    def _looked_up(self, ip: str) -> _Address:
        found: dict[str, str] = {}
        for look_up in reversed(self._lookups):
            found |= look_up(ip)
        kept = {"kept": ip, "truncated": place.truncated(ip), "dropped": ""}
        return _Address(kept[self._keep], found)
