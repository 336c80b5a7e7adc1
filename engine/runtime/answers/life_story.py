"""The timeline of a contact with those who became a part of it: each has its rows in a log of its own."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any

Row = dict[str, Any]


async def life_story(
    found: dict[str, Any], limit: int, tell: Callable[[int, int], Awaitable[Any]]
) -> dict[str, Any]:
    """The report of a contact with the newest rows of all, each of another's marked with its ``contact``.

    ``tell`` reports a contact by its id, with so many rows.
    """
    if not limit or not found["merged"]:
        return found
    pasts = await asyncio.gather(*(tell(past, limit) for past in found["merged"]))
    stories = [_marked(past) for past in pasts if past is not None]
    rows = heapq.merge(found["timeline"], *stories, key=lambda row: -row["at"])
    return found | {"timeline": list(islice(rows, limit))}


def _marked(past: dict[str, Any]) -> list[Row]:
    return [row | {"contact": past["id"]} for row in past["timeline"]]
