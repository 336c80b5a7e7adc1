"""What pages may do with a public key, which anybody can read there: from where, and how much."""

from collections import OrderedDict
from http import HTTPStatus

from engine.errors import Busy
from engine.ports.control_store import ApiKey
from engine.rpc.http.http_fault import Fault

BURST = 20
"""Seconds' worth of events that one address may send at once."""
REMEMBERED = 50_000
"""Addresses; who was forgotten begins with a full bucket."""


class Visitors:
    """A token bucket for each public key and address. ``rate``: events a second, 0 for any.

    ``proxies``: who is believed when it says for which address it speaks; see HttpServer.
    """

    def __init__(self, rate: int = 0, proxies: str = "") -> None:
        self._rate = rate
        self.proxies = proxies
        self._buckets: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def admit(self, key: ApiKey, origin: str, ip: str, events: int, now: int) -> None:
        """``now`` in ms. Raises Fault for a foreign page, Busy when this address sends too much."""
        if key.kind != "public":
            return
        if origin and key.origins and origin not in key.origins.split():
            text = f"{key.name} is not for pages of {origin}; it is for {key.origins}"
            raise Fault(HTTPStatus.FORBIDDEN, "origin_not_allowed", text)
        if self._rate:
            self._take((key.id, ip), events, now)

    def _take(self, bucket: tuple[str, str], events: int, now: int) -> None:
        """A batch larger than the burst passes when the bucket is full."""
        most = float(self._rate * BURST)
        left, at = self._buckets.get(bucket, (most, now))
        left = min(most, left + max(0, now - at) / 1_000 * self._rate)
        wanted = min(events, most)
        if left < wanted:
            self._put(bucket, left, now)
            raise Busy((wanted - left) / self._rate, "too many events from this address")
        self._put(bucket, left - wanted, now)

    def _put(self, bucket: tuple[str, str], left: float, now: int) -> None:
        self._buckets[bucket] = (left, now)
        self._buckets.move_to_end(bucket)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
