"""Durations as an operator writes them: ``30s``, ``15m``, ``1h``, ``2d``, ``4w``."""

from typing import Annotated

import msgspec

PATTERN = r"^[1-9][0-9]{0,4}(ms|s|m|h|d|w)$"
Duration = Annotated[str, msgspec.Meta(pattern=PATTERN, description="for example 30s, 15m, 1h, 2d")]

SECOND = 1_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
_UNITS = {"ms": 1, "s": SECOND, "m": 60 * SECOND, "h": 3_600 * SECOND, "d": DAY, "w": 7 * DAY}


def milliseconds(duration: str) -> int:
    """``1h`` -> 3,600,000. The text has matched PATTERN."""
    digits = duration.rstrip("mshdw")
    return int(digits) * _UNITS[duration[len(digits) :]]
