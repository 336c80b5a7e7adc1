"""When a message that the next hop put off is tried again, and when it is given up."""

from itertools import accumulate

from engine.domain.duration import SECOND

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
LADDER = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR)
_PASSED = tuple(accumulate(LADDER))


def retry_after(attempts: int, age: int) -> int | None:
    """The pause (ms) after attempt number ``attempts`` (from 0), or None when it was the last one.

    ``age`` is ms since the message was asked for. A rung counts as used only when its time has really
    passed: attempts that ended at a closed route come quicker and use none up.
    """
    rung = min(attempts, sum(age >= passed for passed in _PASSED))
    return LADDER[rung] if rung < len(LADDER) else None
