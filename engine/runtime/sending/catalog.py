"""Products as the Sender knows them: those asked for lately, none older than a few seconds.

A template says only while it is rendered which products it wants. So it is rendered with what is
known; what it asked for besides is fetched, and it is rendered anew.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from engine.clock import Clock
from engine.errors import Deferred, EngineError
from engine.rendering.render import given
from engine.runtime import envelope
from engine.runtime.part import Calls, PartLost

KEPT = 5_000
"""Products remembered; the one asked for longest ago goes first."""
FRESH = 5.0
"""Seconds for which a product is taken to be as it was."""
AT_ONCE = 500

Product = dict[str, Any]


class Known(Mapping[str, Any]):
    """What a rendering sees of the catalog; ``unknown`` gathers what it asked for in vain."""

    def __init__(self, held: Mapping[str, tuple[float, Product | None]]) -> None:
        self._held = held
        self.unknown: set[str] = set()

    def __getitem__(self, wanted: str) -> Product:
        """Raises KeyError for what the catalog does not have, or is not known to have yet."""
        product = str(wanted)
        if product not in self._held:
            self.unknown.add(product)
        _, found = self._held.get(product, (0.0, None))
        if found is None:
            raise KeyError(product)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class Catalog:
    """``calls`` reaches the part that owns the catalog."""

    def __init__(self, calls: Calls, owner: str, clock: Clock) -> None:
        self._calls, self._owner, self._clock = calls, owner, clock
        self._held: OrderedDict[str, tuple[float, Product | None]] = OrderedDict()

    def known(self) -> Known:
        """The catalog as far as it is fresh."""
        oldest = self._clock.monotonic() - FRESH
        while self._held and next(iter(self._held.values()))[0] < oldest:
            self._held.popitem(last=False)
        return Known(self._held)

    async def fetch(self, products: set[str]) -> None:
        """Learn of these products, also that there is none. Raises Deferred when nobody answers."""
        wanted = sorted(products)[:AT_ONCE]
        try:
            told = await self._calls.call(self._owner, "products", envelope.encode(wanted))
        except (PartLost, EngineError) as error:
            raise Deferred(f"the catalog cannot be read: {error}") from error
        found = msgspec.msgpack.decode(told, type=dict[str, bytes])
        now = self._clock.monotonic()
        for product in wanted:
            body = found.get(product)
            self._held.pop(product, None)
            self._held[product] = (now, given(msgspec.json.decode(body)) if body else None)
        while len(self._held) > KEPT:
            self._held.popitem(last=False)
