"""What countries ask for: hours of marketing, shipped as data, and their public holidays."""

import tomllib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import holidays
import msgspec

from engine.domain.consents.quiet import Hours, Open

RULES = Path(__file__).parent / "rules"
BEFORE, AFTER = 1, 3
"""Years before and after the present one whose holidays are published with the definitions."""


class _Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    channel: str
    open: tuple[Open, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hours: tuple[_Rule, ...]


def is_known(country: str) -> bool:
    return country in holidays.list_supported_countries()


@cache
def hours_of(country: str) -> tuple[Hours, ...]:
    """The hours that a country's rules give each channel; none where we ship no rules."""
    path = RULES / f"{country.lower()}.toml"
    if not path.exists():
        return ()
    file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    return tuple(
        Hours(channel=rule.channel, country=country, open=rule.open) for rule in file.hours
    )


def holidays_of(country: str, now: int) -> tuple[str, ...]:
    """Dates (ISO 8601) around an instant (ms), in order."""
    year = datetime.fromtimestamp(now / 1000, UTC).year
    found = holidays.country_holidays(country, years=range(year - BEFORE, year + AFTER + 1))
    return tuple(sorted(day.isoformat() for day in found))
