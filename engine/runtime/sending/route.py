"""One channel on its way out: the queue before it, the attempts in it, the breaker over it."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from engine.clock import Clock
from engine.domain.duration import SECOND
from engine.errors import Deferred, Refused, RouteDown, Unsure
from engine.ports.sending import (
    Answered,
    Channel,
    Delivery,
    Disabled,
    Outcome,
    Rendered,
    Searchable,
)
from engine.rendering.render import CannotRender
from engine.runtime.sending.breaker import Breaker
from engine.runtime.sending.doubt import Doubts
from engine.runtime.sending.in_hand import InHand
from engine.runtime.sending.retry import LADDER, retry_after
from engine.runtime.sending.spool import Spool

HELD = 30.0
"""Seconds a message waits in hand for a route that is down before its host gets it back."""
COME_BACK = 30 * SECOND
LOOK = SECOND

_log = logging.getLogger(__name__)


class _Withheld(Deferred):
    """The channel was paused, or the Sender is stopping; the message stayed here."""


class Route:
    """``prepare`` renders, ``settle`` is told each outcome. At most ``channel.capacity`` at once."""

    def __init__(
        self,
        channel: Channel,
        spool: Spool,
        clock: Clock,
        prepare: Callable[[Delivery], Awaitable[Rendered]],
        settle: Callable[[InHand, Outcome], None],
        ladder: tuple[int, ...] = LADDER,
    ) -> None:
        self.channel = channel
        self.open = False
        self._spool, self._clock = spool, clock
        self._prepare, self._settle = prepare, settle
        self._ladder = ladder
        self._breaker = Breaker(clock)
        self._queue: deque[InHand] = deque()
        self._attempts: set[asyncio.Task[None]] = set()
        self._paused = False
        self._down_since = 0.0
        self._trouble = ""
        self._next_look: asyncio.TimerHandle | None = None
        self._doubts = (
            Doubts(channel, clock, self._prepared, settle)
            if isinstance(channel, Searchable)
            else None
        )

    @property
    def searchable(self) -> bool:
        """Whether what may have been taken is looked for here, and settled only then."""
        return self._doubts is not None

    def doubt(self, held: InHand) -> None:
        """Look for a message that may have left in an earlier life."""
        if self._doubts is not None:
            self._doubts.take(held)

    def take(self, held: InHand) -> None:
        """Queue it; call ``pump`` afterwards."""
        self._queue.append(held)

    def forget(self, held: InHand) -> bool:
        """Whether the message waits, here or for an answer from its provider; then it does no longer."""
        if held in self._queue:
            self._queue.remove(held)
            return True
        return self._doubts is not None and self._doubts.forget(held)

    def pump(self) -> None:
        """Start what may start now, give back what waited too long, and look again when needed."""
        if not self.open:
            return
        if self._paused:
            self._give_back(lambda _: True, "the channel is paused")
        while self._queue and len(self._attempts) < self.channel.capacity and self._breaker.admit():
            task = asyncio.create_task(self._attempt(self._queue.popleft()))
            self._attempts.add(task)
            task.add_done_callback(self._ended)
        if self._queue and self._breaker.state != "closed":
            self._give_back(self._waited_long, f"the route is down: {self._trouble}")
            self._look_later()

    def pause(self, paused: bool) -> None:
        """Nothing leaves while paused: also not what is on the wire before DATA."""
        self._paused = paused
        self.pump()

    async def stop(self) -> None:
        """Finish what is leaving, begin nothing more; the rest stays the hosts'."""
        self.open = False
        if self._next_look:
            self._next_look.cancel()
        await asyncio.gather(*self._attempts)
        if self._doubts is not None:
            await self._doubts.stop()
        await self.channel.close()

    def drop(self) -> None:
        """Let go at once, as a killed process would."""
        self.open = False
        if self._next_look:
            self._next_look.cancel()
        for task in self._attempts:
            task.cancel()
        if self._doubts is not None:
            self._doubts.drop()

    def status(self) -> dict[str, Any]:
        """``breaker``: closed | open | half-open; ``trouble`` is the route's last error."""
        return {
            "breaker": self._breaker.state,
            "paused": self._paused,
            "queued": len(self._queue),
            "under_way": len(self._attempts),
            "in_doubt": len(self._doubts) if self._doubts is not None else 0,
            "trouble": self._trouble,
            "disabled": isinstance(self.channel, Disabled) and self.channel.disabled,
        }

    async def _attempt(self, held: InHand) -> None:
        try:
            held.message = await self._prepare(held.delivery)
            reply = await self.channel.send(held.message, partial(self._leaving, held))
        except RouteDown as down:
            self._went_down(down)
            self._queue.append(held)
        except _Withheld as withheld:
            self._breaker.unheard()
            if self.open:
                self._settle(held, _deferred(held.key, str(withheld)))
        except Exception as error:  # noqa: BLE001 - a bug in one message must not stop the others
            self._judge(held, self._verdict(held, error))
        else:
            self._answered()
            answer = reply.answer if isinstance(reply, Answered) else b""
            self._settle(held, Outcome(held.key, "sent", reply=str(reply), answer=answer))

    def _leaving(self, held: InHand) -> None:
        """The last word before DATA: the spool knows it, or it does not leave."""
        if self._paused or not self.open:
            raise _Withheld("the channel is paused")
        try:
            channel = held.delivery.send.channel
            self._spool.left(held.key, held.delivery.attempts, held.host, channel)
        except OSError as error:
            raise RouteDown(f"the spool cannot be written: {error}") from error
        held.left, held.at = True, self._clock.now()

    async def _prepared(self, delivery: Delivery) -> Rendered:
        """Raises CannotRender, and Deferred as long as there are no templates."""
        if not self.open:
            raise Deferred("no rulebook yet")
        return await self._prepare(delivery)

    def _judge(self, held: InHand, outcome: Outcome) -> None:
        if outcome.outcome == "unknown" and self._doubts is not None:
            self._doubts.take(held)
        else:
            self._settle(held, outcome)

    def _verdict(self, held: InHand, error: Exception) -> Outcome:
        """What an attempt that raised means for the message, and for the route."""
        match error:
            case Refused():
                self._answered()
                return Outcome(held.key, "failed", error.reply, str(error), suppress=error.suppress)
            case Deferred():
                self._went_down(error) if error.down else self._answered()
                return self._put_off(held, error)
            case Unsure():
                self._went_down(error)
                return Outcome(held.key, "unknown", error.reply, str(error))
            case CannotRender():
                self._breaker.unheard()
                return Outcome(held.key, "failed", reason=str(error))
            case _:
                self._breaker.unheard()
                _log.error("message %s: %s", held.key, error, exc_info=error)
                reason = f"{type(error).__name__}: {error}"
                return Outcome(held.key, "unknown" if held.left else "failed", reason=reason)

    def _put_off(self, held: InHand, error: Deferred) -> Outcome:
        delivery = held.delivery
        age = self._clock.now() - delivery.send.at
        pause = retry_after(delivery.attempts, age, self._ladder)
        if pause is None:
            reason = f"gave up after {len(self._ladder) + 1} attempts: {error}"
            return Outcome(held.key, "failed", error.reply, reason)
        asked = error.retry_after or pause
        return Outcome(held.key, "deferred", error.reply, str(error), retry_after=asked)

    def _answered(self) -> None:
        self._breaker.answered()
        self._trouble = ""

    def _went_down(self, error: Exception) -> None:
        if self._breaker.state == "closed":
            self._down_since = self._clock.monotonic()
            _log.warning("channel %s is down: %s", self.channel.name, error)
        self._breaker.failed()
        self._trouble = str(error)

    def _waited_long(self, held: InHand) -> bool:
        return self._clock.monotonic() - max(held.since, self._down_since) > HELD

    def _give_back(self, which: Callable[[InHand], bool], reason: str) -> None:
        waiting, self._queue = self._queue, deque()
        for held in waiting:
            if which(held):
                self._settle(held, _deferred(held.key, reason))
            else:
                self._queue.append(held)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._attempts.discard(task)
        if not task.cancelled():
            self.pump()

    def _look_later(self) -> None:
        if self._next_look:
            self._next_look.cancel()
        pause = self._clock.seconds(min(self._breaker.wait() or LOOK, LOOK))
        self._next_look = asyncio.get_running_loop().call_later(pause, self.pump)


def _deferred(key: str, reason: str) -> Outcome:
    return Outcome(key, "deferred", reason=reason, retry_after=COME_BACK)
