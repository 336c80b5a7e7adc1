"""When a message that the next hop put off is tried again, and when it is given up."""

from itertools import accumulate
from random import random

from engine.domain.duration import HOUR, MINUTE, SECOND

LADDER = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR)
WEBHOOKS = (
    5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
"""As Standard Webhooks 1.0.0 proposes; each pause is spread."""
SPREAD = 0.1
"""How much longer a pause may be, so that what failed together does not come back together."""


def retry_after(attempts: int, age: int, ladder: tuple[int, ...] = LADDER) -> int | None:
    """The pause (ms) after attempt number ``attempts`` (from 0), or None when it was the last one.

    ``age`` is ms since the message was asked for. A rung counts as used only when its time has really
    passed: attempts that ended at a closed route come quicker and use none up.
    """
    rung = min(attempts, sum(age >= passed for passed in accumulate(ladder)))
    if rung >= len(ladder):
        return None
    return ladder[rung] if ladder is LADDER else spread(ladder[rung])


def spread(pause: int) -> int:
    return pause + round(pause * SPREAD * random())  # noqa: S311 - nothing depends on its being guessed
