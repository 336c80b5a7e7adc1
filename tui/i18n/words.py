"""The console's words in one language: texts by key, and how that language writes numbers and time."""

import tomllib
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "fr")
NARROW = "\u202f"
"""Narrow no-break space: separates thousands in French."""
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
_SCALE = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))


def language_of(environment: dict[str, str]) -> str:
    """From LC_ALL, LC_MESSAGES, LANG, in the order of POSIX; English where there is no other."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if wanted := environment.get(name):
            return wanted[:2] if wanted[:2] in LANGUAGES else "en"
    return "en"


class Words:
    """``words("pulse.events", n=3)``; a key that does not exist raises KeyError."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = texts_of(language)

    def __call__(self, key: str, /, **values: Any) -> str:
        return self._texts[key].format(**values) if values else self._texts[key]

    def get(self, key: str, other: str) -> str:
        """For words that the engine adds to: its own name when there is no translation."""
        return self._texts.get(key, other)

    def counted(self, key: str, n: int) -> str:
        """``key.one`` or ``key.other``: English has one for 1, French for 0 and 1 (CLDR)."""
        one = n == 1 or (self.language == "fr" and n == 0)
        return self(f"{key}.{'one' if one else 'other'}", n=self.number(n))

    def number(self, value: float, digits: int = 0) -> str:
        text = f"{value:,.{digits}f}"
        if self.language == "fr":
            return text.replace(",", NARROW).replace(".", ",")
        return text

    def short(self, value: float) -> str:
        """Four figures at most: 9,999 then 10.0k."""
        if abs(value) < 10_000:  # noqa: PLR2004
            return self.number(value)
        scale, letter = next(entry for entry in _SCALE if abs(value) >= entry[0])
        part = value / scale
        return self.number(part, 1 if abs(part) < 100 else 0) + letter  # noqa: PLR2004

    def rate(self, value: float | None) -> str:
        """A figure a second; None while there is nothing to tell it from."""
        if value is None:
            return "-"
        return self.number(value, 1) if 0 < value < 100 else self.short(value)  # noqa: PLR2004

    def share(self, part: float, whole: float) -> str:
        if not whole:
            return "-"
        return self.number(100 * part / whole, 1) + (f"{NARROW}%" if self.language == "fr" else "%")

    def span(self, milliseconds: float) -> str:
        """A duration in its largest unit."""
        for size, name in _UNITS:
            if milliseconds >= size:
                return f"{milliseconds / size:.0f} {self(f'unit.{name}')}"
        return f"{milliseconds:.0f} ms"

    def clock(self, instant: int) -> str:
        """Local time of this machine."""
        return datetime.fromtimestamp(instant / 1_000).astimezone().strftime("%H:%M:%S")

    def moment(self, instant: int, now: int) -> str:
        """The time of day; for another day than today's the date and the minute."""
        then, today = (datetime.fromtimestamp(at / 1_000).astimezone() for at in (instant, now))
        if then.date() == today.date():
            return then.strftime("%H:%M:%S")
        return then.strftime("%d/%m %H:%M" if self.language == "fr" else "%m-%d %H:%M")

    def date(self, instant: int) -> str:
        pattern = "%d/%m/%Y %H:%M:%S" if self.language == "fr" else "%Y-%m-%d %H:%M:%S"
        return datetime.fromtimestamp(instant / 1_000).astimezone().strftime(pattern)


@cache
def texts_of(language: str) -> dict[str, str]:
    """``section.key`` -> text."""
    raw = files("tui.i18n").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(raw), ""))


def _flat(table: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        flat += _flat(value, f"{name}.") if isinstance(value, dict) else [(name, value)]
    return flat
