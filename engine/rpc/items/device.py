"""What a user agent tells of a device: type, brand, operating system and browser.

A server's library names itself there too; what has no operating system is no device.
"""

from functools import lru_cache
from typing import Any

import ua_parser

LONGEST = 512
"""Characters read of a user agent; the longest of real browsers have some 300."""
REMEMBERED = 8_192
"""User agents parsed lately: each visitor has its own, but there are few kinds."""
PHONE, TABLET, COMPUTER, TV = "phone", "tablet", "computer", "tv"

_COMPUTERS = ("Windows", "Mac OS X", "Linux", "Ubuntu", "Fedora", "Chrome OS", "FreeBSD")
_PLATFORMS = {"macOS": "Mac OS X", "Chromium OS": "Chrome OS"}
"""What client hints call otherwise than the user agent does."""
_TELEVISIONS = ("tv", "bravia", "roku", "tizen", "web0s", "webos")
_NO_BRAND = frozenset({"Spider", "Generic", "Generic_Android", "Generic_Android_Tablet"})


def device_of(context: dict[str, Any], agent: str) -> dict[str, str]:
    """Empty when nothing is known. Client hints and what an app says of itself go before the user agent."""
    device = dict(_parsed(agent[:LONGEST])) if agent else {}
    hints, app, system = (_part(context, name) for name in ("userAgentData", "device", "os"))
    platform = _text(hints, "platform")
    if platform:
        device["os"] = _PLATFORMS.get(platform, platform)
        device.setdefault("type", PHONE if hints.get("mobile") is True else COMPUTER)
    if hints.get("mobile") is True:
        device["type"] = PHONE
    if _text(app, "type").lower() in ("ios", "android"):
        device.setdefault("type", TABLET if "ipad" in _text(app, "model").lower() else PHONE)
        device["brand"] = _text(app, "manufacturer") or device.get("brand", "")
        device["os"] = _text(system, "name") or device.get("os", "")
    return {name: value for name, value in device.items() if value}


@lru_cache(REMEMBERED)
def _parsed(agent: str) -> dict[str, str]:
    found = ua_parser.parse(agent)
    if found.os is None or (found.device and found.device.brand == "Spider"):
        return {}
    brand = (found.device.brand if found.device else None) or ""
    return {
        "type": _type_of(agent.lower(), found.os.family),
        "brand": "" if brand in _NO_BRAND else brand,
        "os": found.os.family,
        "browser": found.user_agent.family if found.user_agent else "",
    }


def _type_of(agent: str, system: str) -> str:
    if any(name in agent for name in _TELEVISIONS):
        return TV
    if "ipad" in agent or "tablet" in agent or (system == "Android" and "mobile" not in agent):
        return TABLET
    return COMPUTER if system in _COMPUTERS else PHONE


def _part(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
