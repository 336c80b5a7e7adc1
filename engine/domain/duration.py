"""Durations as an operator writes them: ``30s``, ``15m``, ``1h``, ``2d``, ``4w``."""

from typing import Annotated

import msgspec

PATTERN = r"^[1-9][0-9]{0,4}(ms|s|m|h|d|w)$"
Duration = Annotated[str, msgspec.Meta(pattern=PATTERN, description="for example 30s, 15m, 1h, 2d")]

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_UNITS = {"ms": 1, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}


def milliseconds(duration: str) -> int:
    """``1h`` -> 3,600,000. The text has matched PATTERN."""
    digits = duration.rstrip("mshdw")
    return int(digits) * _UNITS[duration[len(digits) :]]
