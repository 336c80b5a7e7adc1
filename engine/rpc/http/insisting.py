"""Keeping what is told only once, while the engine is busy."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from engine.errors import Busy

WITHIN = 10.0
"""Seconds; Twilio waits for fifteen."""
AGAIN = 0.25


async def insist(keep: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Again while the engine is busy. Raises Busy when that takes too long."""
    try:
        async with asyncio.timeout(WITHIN):
            while True:
                try:
                    await keep()
                except Busy:
                    await asyncio.sleep(AGAIN)
                else:
                    return
    except TimeoutError:
        raise Busy(text="not kept in time; tell it again") from None
