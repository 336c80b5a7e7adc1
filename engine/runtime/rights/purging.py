"""Taking what is gone out of a store's files, too, until nothing of it is found there."""

import asyncio
from typing import Protocol

from engine.ports.host_store import Search

TRIES = 5
"""Looks before the whole file is written anew: meanwhile a page may be split once more."""


class Purged(Protocol):
    """The part of a store that is about its files."""

    def purge(self, *, whole: bool = False) -> None: ...

    def traces(self, of: Search) -> bool: ...


async def purge(store: Purged, of: Search) -> None:
    """Raises StoreError when somebody reads what is to be overwritten."""
    store.purge()
    for _ in range(TRIES):
        if not await asyncio.to_thread(store.traces, of):
            return
        store.purge(whole=True)
    store.purge(whole=True)
