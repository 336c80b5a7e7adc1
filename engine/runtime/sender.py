"""The Sender: takes messages from hosts, gives each to its channel, and tells what became of it.

A message offered twice is one message. What left without an answer that survived is *unknown*: only
its host, which knows whether it was marketing, decides whether it may leave again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from engine.clock import Clock
from engine.domain.effect import contact_of
from engine.errors import Busy
from engine.ports.sending import Channel, Delivery, Keeping, Outcome, Whose
from engine.runtime.sending.catalog import Catalog
from engine.runtime.sending.desk import Desk
from engine.runtime.sending.endpoints import Endpoints, OpenEndpoint, rendered
from engine.runtime.sending.in_hand import InHand
from engine.runtime.sending.links import Links
from engine.runtime.sending.retry import WEBHOOKS
from engine.runtime.sending.route import Route
from engine.runtime.sending.spool import Spool
from engine.runtime.sending.template import Templates

BOUND = 10_000
"""Messages in hand or unacknowledged for one host; more are refused with Busy."""
POLL = 1.0
LOOK, PATIENCE = 0.05, 5.0
"""Seconds between looks at whether a message has left, and until that is given up."""
PRESENT = 60.0
"""Seconds since its last call for which a host counts when credit is shared."""

_log = logging.getLogger(__name__)
_deliveries = msgspec.msgpack.Decoder(list[Delivery])
_encoder = msgspec.msgpack.Encoder()


class Sender:
    """``channels`` by the name that a message asks for. Lives in one event loop; see SenderPort."""

    def __init__(
        self,
        channels: dict[str, Channel],
        spool: Spool,
        clock: Clock,
        catalog: Catalog | None = None,
        public_url: str = "",
        endpoint: OpenEndpoint | None = None,
    ) -> None:
        self._spool, self._clock = spool, clock
        self._links = Links(public_url)
        self._templates = Templates(catalog, self._links)
        self._desks: dict[str, Desk] = {}
        self._counts = {"sent": 0, "failed": 0, "unknown": 0, "deferred": 0}
        self._keeping = [one for one in channels.values() if isinstance(one, Keeping)]
        self._routes = {
            name: Route(channel, spool, clock, self._templates.prepare, self._settle)
            for name, channel in channels.items()
        }
        self._endpoints = Endpoints(endpoint, self._routes, self._endpoint_route, spool)

    async def start(self) -> None:
        """Take up the outcomes that an earlier life left; what left without one is unknown."""
        for (key, attempts), (host, outcome, channel) in sorted(self._spool.entries.items()):
            if outcome is None and self._searchable(channel):
                continue  # its host will offer it again, with what there is to look for
            desk = self._desk(host)
            self._forget(desk.supersede(key))
            if outcome is None:
                unknown = Outcome(key, "unknown", reason="the Sender ended while it was leaving")
                self._record(attempts, host, unknown)
            desk.settle(attempts, outcome or unknown)

    async def stop(self) -> None:
        """Finish what is leaving. What has not left is the hosts' to offer again."""
        await asyncio.gather(*(route.stop() for route in self._routes.values()))
        self._spool.close()

    def drop(self) -> None:
        """Let go of spool and attempts at once, as a killed process would; see Droppable."""
        for route in self._routes.values():
            route.drop()
        self._spool.close()

    async def offer(self, host: str, deliveries: bytes) -> int:
        """See SenderPort. Raises Busy when this host has too much here: nothing of it was taken."""
        desk = self._called(host)
        offered = _deliveries.decode(deliveries)
        if len(desk.in_hand) + len(desk.settled) + len(offered) > BOUND:
            raise Busy(text=f"{BOUND:,} messages wait here; take their outcomes first")
        for delivery in offered:
            self._take(desk, delivery)
        self._pump()
        return self._credit(desk)

    async def outcomes(
        self, host: str, acknowledged: list[str], *, wait: bool = True
    ) -> tuple[bytes, int]:
        """See SenderPort. Without ``wait`` the answer comes at once, also when there is nothing to tell."""
        desk = self._called(host)
        self._forget(desk.acknowledge(acknowledged))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL if wait else 0):
                await desk.changed.wait()
        return _encoder.encode(desk.tell()), self._credit(desk)

    async def caught_up(self, host: str) -> None:
        """See SenderPort. What left in an earlier life and was not offered again, its host has settled."""
        in_hand, entries = self._desk(host).in_hand, self._spool.entries.items()
        settled = [at for at, one in entries if one.host == host and one.outcome is None]
        self._forget([(key, attempts) for key, attempts in settled if key not in in_hand])
        try:
            self._spool.trust(host)
        except OSError as error:
            _log.error("the spool cannot be written: %s", error)

    async def publish(self, version: int, definitions: bytes, pepper: bytes = b"") -> None:
        """Templates of a rulebook; before the first one nothing leaves."""
        self._links.pepper = pepper
        self._templates.publish(version, definitions)
        self._endpoints.publish(definitions)
        for route in self._routes.values():
            route.open = True
        self._pump()

    async def pause(self, channel: str, paused: bool) -> None:
        """Let nothing leave on a channel, or let it leave again; an unknown channel has nothing to pause."""
        if channel in self._routes:
            self._routes[channel].pause(paused)

    async def enable(self, channel: str) -> bool:
        """Send again to an endpoint that wanted nothing more; whether there is such a one."""
        return self._endpoints.enable(channel)

    async def forget(self, whose: Sequence[Whose]) -> list[dict[str, int]]:
        """Let go of all that tells of these persons, once nothing of theirs is leaving any more.

        Answers the counts of each. Raises Busy while something is: its end is waited for, and told to
        nobody.
        """
        of = {contact for one in whose for contact in one.contacts}
        for desk in self._desks.values():
            for key in [key for key in desk.in_hand if contact_of(key) in of]:
                if self._routes_forget(desk.in_hand[key]):
                    del desk.in_hand[key]
            await self._until_left(desk, of)
            for key in [key for key in desk.known() if contact_of(key) in of]:
                desk.drop(key)
        lines = self._spool.forget(of)
        counts = [
            {"spool": sum(lines[one] for one in person.contacts), "mailbox": 0} for person in whose
        ]
        for channel in self._keeping:
            for count, mails in zip(counts, await channel.forget(whose), strict=True):
                count["mailbox"] += mails
        return counts

    async def _until_left(self, desk: Desk, contacts: set[int]) -> None:
        for _ in range(round(PATIENCE / LOOK)):
            if not any(contact_of(key) in contacts for key in desk.in_hand):
                return
            await asyncio.sleep(LOOK)
        raise Busy(1.0, "a message to this person is leaving right now; ask again")

    async def kept(self, contacts: list[int], addresses: list[str]) -> dict[str, list[Any]]:
        """What the spool and the channels hold of these contacts, by table."""
        lines = [key for key, _ in self._spool.entries if contact_of(key) in contacts]
        mails = [
            one for channel in self._keeping for one in await channel.kept(contacts, addresses)
        ]
        return {
            "spool": [{"key": key} for key in lines],
            "mailbox": [{"name": n, "message": raw.decode("utf-8", "replace")} for n, raw in mails],
        }

    def _routes_forget(self, held: InHand) -> bool:
        """Whether it was still waiting, or being looked for, and now is not."""
        route = self._routes.get(held.delivery.send.channel)
        return route is not None and route.forget(held)

    async def status(self) -> dict[str, Any]:
        """Counts since start, and each route's state."""
        return {
            "in_hand": sum(len(desk.in_hand) for desk in self._desks.values()),
            "unacknowledged": sum(len(desk.settled) for desk in self._desks.values()),
            "rulebook": self._templates.version,
            **self._counts,
            "routes": {name: route.status() for name, route in self._routes.items()},
        }

    def _endpoint_route(self, channel: Channel) -> Route:
        return Route(channel, self._spool, self._clock, rendered, self._settle, WEBHOOKS)

    def _take(self, desk: Desk, delivery: Delivery) -> None:
        send = delivery.send
        if desk.knows(send.key, delivery.attempts):
            return
        self._forget(desk.supersede(send.key))
        held = InHand(delivery, desk.host, self._clock.monotonic())
        desk.in_hand[send.key] = held
        doubtful = self._may_have_left(desk.host, delivery)
        held.left = doubtful
        if doubtful and self._searchable(send.channel):
            self._routes[send.channel].doubt(held)
        elif doubtful:
            reason = "handed over before the machine went down; it may have left"
            self._settle(held, Outcome(send.key, "unknown", reason=reason))
        elif send.channel not in self._routes:
            reason = f"there is no channel {send.channel} here"
            self._settle(held, Outcome(send.key, "failed", reason=reason))
        else:
            self._routes[send.channel].take(held)

    def _may_have_left(self, host: str, delivery: Delivery) -> bool:
        """In an earlier life, of which the spool knows no outcome."""
        entry = self._spool.entries.get((delivery.send.key, delivery.attempts))
        unsettled = entry is not None and entry.outcome is None
        return unsettled or (delivery.again and self._spool.in_doubt(host))

    def _searchable(self, channel: str) -> bool:
        return channel in self._routes and self._routes[channel].searchable

    def _settle(self, held: InHand, outcome: Outcome) -> None:
        self._counts[outcome.outcome] += 1
        if outcome.outcome == "failed":
            self._endpoints.refused(held.delivery.send.channel)
        if held.left:
            self._record(held.delivery.attempts, held.host, outcome)
        self._desk(held.host).settle(held.delivery.attempts, outcome)

    def _record(self, attempts: int, host: str, outcome: Outcome) -> None:
        try:
            self._spool.settled(attempts, host, outcome)
        except OSError as error:
            _log.error("the outcome of %s is not in the spool: %s", outcome.key, error)

    def _forget(self, attempts: list[tuple[str, int]]) -> None:
        try:
            self._spool.known(attempts)
        except OSError as error:
            _log.error("the spool cannot be written: %s", error)

    def _pump(self) -> None:
        for route in self._routes.values():
            route.pump()

    def _desk(self, host: str) -> Desk:
        if host not in self._desks:
            self._desks[host] = Desk(host)
        return self._desks[host]

    def _called(self, host: str) -> Desk:
        desk = self._desk(host)
        desk.seen = self._clock.monotonic()
        return desk

    def _credit(self, desk: Desk) -> int:
        """Twice the open connections, in equal shares for the hosts that are there."""
        total = 2 * sum(route.channel.capacity for route in self._routes.values())
        since = self._clock.monotonic() - PRESENT
        present = sum(each.seen >= since for each in self._desks.values())
        return max(0, max(1, total // max(1, present)) - desk.busy)
